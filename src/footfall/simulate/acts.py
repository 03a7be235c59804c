"""What machines do: acts and the clients that do them, as numbers, then as an event table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.event import EventType
from footfall.simulate import people
from footfall.simulate.draws import Codes, Ints, Small, mixed
from footfall.simulate.scene import Scene
from footfall.simulate.tables import PERSON, coded, coded_schema, goods, moment, orders
from footfall.simulate.visits import TYPES, Rows

PAGE, VIEW, CART, PURCHASE, IDENTIFY, LOGIN_FAILED, PAYMENT_FAILED = (
    TYPES.index(kind)
    for kind in (
        EventType.PAGE,
        EventType.VIEW,
        EventType.CART,
        EventType.PURCHASE,
        EventType.IDENTIFY,
        EventType.LOGIN_FAILED,
        EventType.PAYMENT_FAILED,
    )
)
FRONT, BASKET, CHECKOUT = 0, 1, 2
"""Paths of the store's own pages."""

Number = TypeVar("Number", np.int8, np.int32, np.int64)
Whole = int | npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Clients:
    """Who asks, n of them.

    Attributes:
        ip: addresses, texts, shape (n,).
        agent: user agents, texts, shape (n,).
        jar: number of the session whose cookies it keeps, -1 where it keeps none; clients may share one.
        referrer: texts, shape (n,), or the same for all.
        campaign: texts, shape (n,), or the same for all.
    """

    ip: pa.Array
    agent: pa.Array
    jar: Ints
    referrer: pa.Array | str | None = None
    campaign: pa.Array | str | None = None

    def texts(self, name: str) -> pa.Array:
        """One of the texts of each client."""
        said = getattr(self, name)
        return said if isinstance(said, pa.Array) else pa.array([said] * len(self.jar), pa.string())


@dataclass(frozen=True, slots=True)
class Acts:
    """What is asked, n times.

    Attributes:
        time: UTC microseconds.
        client: index into a :class:`Clients`.
        kind: index into the event types.
        path: index into the store's paths, then into paths of one's own.
        product: index into the catalogue, -1 for none.
        status: what the store answers.
        account: number of the account named, -1 for none.
        order: number of the order, -1 for none.
    """

    time: Ints
    client: Codes
    kind: Small
    path: Codes
    product: Codes
    status: Codes
    account: Ints
    order: Ints

    def take(self, index: npt.NDArray[np.integer | np.bool_]) -> Acts:
        """Some of the acts."""
        return Acts(*(getattr(self, name)[index] for name in Acts.__slots__))

    def join(self, *others: Acts) -> Acts:
        """These acts, then the others'."""
        parts = (self, *others)
        return Acts(*(np.concatenate([getattr(part, name) for part in parts]) for name in Acts.__slots__))


def acts(
    time: Ints,
    client: Whole,
    kind: Whole,
    path: Whole,
    *,
    product: Whole = -1,
    status: Whole = 200,
    account: Whole = -1,
    order: Whole = -1,
) -> Acts:
    """Acts at some moments; what is one number is the same for all."""
    return Acts(
        time,
        _each(client, time, np.int32),
        _each(kind, time, np.int8),
        _each(path, time, np.int32),
        _each(product, time, np.int32),
        _each(status, time, np.int32),
        _each(account, time, np.int64),
        _each(order, time, np.int64),
    )


def _each(value: Whole, time: Ints, kind: type[Number]) -> npt.NDArray[Number]:
    """One number for each moment."""
    return np.broadcast_to(np.asarray(value), time.shape).astype(kind)


def views(scene: Scene, time: Ints, client: Whole, product: Codes, status: Whole = 200) -> Acts:
    """Looks at products."""
    return acts(time, client, VIEW, scene.product_page(product), product=product, status=status)


def told(scene: Scene, done: Acts, clients: Clients, paths: Sequence[str] = ()) -> pa.Table:
    """Acts as an event table; ``paths`` are those that the store does not list."""
    done = done.take(np.flatnonzero((done.time >= scene.start) & (done.time < scene.end)))
    rows = _rows(scene, done)
    salt = people.salt(scene.store, 7)
    known = scene.words.path if not paths else pa.concat_arrays([scene.words.path, pa.array(list(paths))])
    columns = {
        **moment(rows, salt),
        **goods(scene.world, scene.words, rows),
        **_evidence(scene, done, clients),
        "path": coded(rows.path, known),
        "order_id": orders(rows),
        "quantity": pa.nulls(len(rows.time), pa.int32()),
        "currency": coded(np.zeros(len(rows.time), np.int32), pa.array([scene.store.currency])),
        "status": pa.array(done.status),
        "extra": coded(np.full(len(rows.time), -1), pa.array([], pa.string())),
    }
    schema = coded_schema()
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def _rows(scene: Scene, done: Acts) -> Rows:
    none = np.zeros(len(done.time), bool)
    return Rows(
        done.time,
        done.client,
        done.kind,
        done.product,
        np.zeros(len(done.time), np.int8),
        done.path,
        done.order,
        none,
        scene.numbers(len(done.time)),
        none,
    )


def _evidence(scene: Scene, done: Acts, clients: Clients) -> dict[str, pa.Array]:
    """Identity and request; who keeps no cookies is known by address and agent alone."""
    store, jar = scene.store, clients.jar
    ip, agent = clients.texts("ip"), clients.texts("agent")
    nameless = pa.array(jar < 0)
    session = pc.if_else(nameless, None, people.session_ids(store, jar))
    anonymous = people.hexadecimal(mixed(jar + people.salt(store, 9)))
    anonymous = pc.if_else(nameless, pc.binary_join_element_wise(ip, agent, " "), anonymous)
    texts = {"user_session": session, "anon_id": anonymous, "ip": ip, "user_agent": agent, PERSON: anonymous}
    texts |= {name: clients.texts(name) for name in ("referrer", "campaign")}
    columns = {name: spread(values, done.client) for name, values in texts.items()}
    account, place = np.unique(done.account, return_inverse=True)
    users = pc.if_else(pa.array(account < 0), None, people.user_ids(account))
    return {**columns, "user_id": spread(users, place)}


def spread(values: pa.Array, place: npt.NDArray[np.integer]) -> pa.DictionaryArray:
    """Texts named by their place in ``values``, which may repeat and may be null."""
    encoded = values.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return coded(codes[place], encoded.dictionary)
