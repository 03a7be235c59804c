"""From rows to an event table: texts become dictionaries, so that a table is small and quick to write."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.event import FIELDS, arrow_schema
from footfall.simulate import people
from footfall.simulate.draws import WORD, Ints, Reals, mixed, quantiles
from footfall.simulate.names import AGENTS, CHANNELS
from footfall.simulate.people import Sessions
from footfall.simulate.visits import PAGES, TYPES, Rows
from footfall.simulate.world import World

PERSON = "person"
"""The one column beside the event's own: who it truly was, as REES46 numbers its users. Never handed out."""

UNIQUE = "event_id"
"""The one text that never repeats, and therefore stays plain."""

TEXT = pa.dictionary(pa.int32(), pa.string())


def coded_schema() -> pa.Schema:
    """The event's schema with repeating texts as dictionaries, then the true person."""
    repeats = {field.name for field in FIELDS if field.kind in ("text", "json")} - {UNIQUE}
    fields = [field.with_type(TEXT) if field.name in repeats else field for field in arrow_schema()]
    return pa.schema([*fields, pa.field(PERSON, TEXT)])


def coded(index: npt.NDArray[np.integer], values: pa.Array) -> pa.DictionaryArray:
    """Texts named by their place in ``values``; a negative place is null."""
    missing = index < 0
    places = pa.array(index.astype(np.int32, copy=False), mask=missing if missing.any() else None)
    return pa.DictionaryArray.from_arrays(places, values, safe=False)


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a store that are the same every day."""

    product: pa.Array
    category_id: pa.Array
    category_code: pa.Array
    code: Ints
    brand: pa.Array
    brand_of_pair: Ints
    path: pa.Array


def store_words(world: World) -> Words:
    """Collects a store's texts; ``code`` and ``brand_of_pair`` are -1 for null."""
    catalogue = world.catalogue
    codes = [code for code in catalogue.category_code if code is not None]
    brands = sorted({brand for brand in catalogue.pair_brand if brand is not None})
    product = pa.array(catalogue.product_id).cast(pa.string())
    lists = [f"/{code.replace('.', '/')}" if code else f"/category/{number}" for code, number in _named(world)]
    paths = [*PAGES, *lists, *(f"/product/{number}" for number in catalogue.product_id.tolist())]
    code_place, brand_place = _places(codes), _places(brands)
    return Words(
        product,
        pa.array(catalogue.category_id).cast(pa.string()),
        pa.array(codes, pa.string()),
        np.array([code_place.get(code, -1) for code in catalogue.category_code]),
        pa.array(brands, pa.string()),
        np.array([brand_place.get(brand, -1) for brand in catalogue.pair_brand]),
        pa.array(paths, pa.string()),
    )


def _named(world: World) -> list[tuple[str | None, int]]:
    return list(zip(world.catalogue.category_code, world.catalogue.category_id.tolist(), strict=True))


def _places(values: list[str]) -> dict[str | None, int]:
    return {value: place for place, value in enumerate(values)}


def table(world: World, words: Words, rows: Rows, sessions: Sessions) -> pa.Table:
    """Rows and the sessions they name, as an event table in the order of the rows."""
    columns = {
        **moment(rows, people.salt(world.store, 7)),
        **goods(world, words, rows),
        **_evidence(world, rows, sessions),
        "path": coded(rows.path, words.path),
        "order_id": orders(rows),
        "quantity": pa.array(rows.quantity, pa.int32(), mask=rows.quantity == 0),
        "currency": coded(np.zeros(len(rows.time), np.int32), pa.array([world.store.currency])),
        "status": pa.array(np.full(len(rows.time), 200, np.int32)),
        "extra": coded(np.full(len(rows.time), -1), pa.array([], pa.string())),
    }
    schema = coded_schema()
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def moment(rows: Rows, salt: np.int64) -> dict[str, pa.Array]:
    """When rows happened and were received, what they are, and their ids."""
    kind = pa.timestamp("us", tz="UTC")
    luck = mixed(rows.number ^ salt)
    received = rows.time + _DELAY[(luck & np.uint64(WORD - 1)).astype(np.int64)]
    return {
        "event_time": pa.array(rows.time).cast(kind),
        "received_at": pa.array(received).cast(kind),
        "event_type": coded(rows.kind, pa.array(TYPES, pa.string())),
        UNIQUE: people.hexadecimal(luck),
    }


def goods(world: World, words: Words, rows: Rows) -> dict[str, pa.Array]:
    """The products of rows."""
    catalogue, product = world.catalogue, rows.product
    none = product < 0
    category = catalogue.category[product]
    brand = words.brand_of_pair[catalogue.pair[product]]
    return {
        "product_id": coded(product, words.product),
        "category_id": coded(np.where(none, -1, category), words.category_id),
        "category_code": coded(np.where(none, -1, words.code[category]), words.category_code),
        "brand": coded(np.where(none, -1, brand), words.brand),
        "price": pa.array(catalogue.price[product], mask=none),
    }


def _evidence(world: World, rows: Rows, sessions: Sessions) -> dict[str, pa.Array]:
    """Identity and request: worked out once for each session, then named by its rows."""
    store, session = world.store, rows.session
    person, person_place = np.unique(sessions.person, return_inverse=True)
    device, device_place = np.unique(sessions.device, return_inverse=True)
    address, address_place = np.unique(people.addresses(store, device), return_inverse=True)
    persons = people.user_ids(person)
    person_code = person_place[session]
    anonymous = np.where(sessions.cookie, device_place, -1)
    return {
        "user_id": coded(np.where(rows.shown, person_code, -1), persons),
        PERSON: coded(person_code, persons),
        "user_session": coded(session, people.session_ids(store, sessions.key)),
        "anon_id": coded(anonymous[session], people.anonymous_ids(store, device)),
        "ip": coded(address_place[device_place][session], people.address_texts(address)),
        "user_agent": coded(people.agents(store, sessions.device)[session], pa.array(list(AGENTS))),
        "referrer": _by_channel("referrer", sessions, session),
        "campaign": _by_channel("campaign", sessions, session),
    }


def _by_channel(name: str, sessions: Sessions, session: npt.NDArray[np.int32]) -> pa.DictionaryArray:
    said = [getattr(channel, name) for channel in CHANNELS]
    values = sorted({text for text in said if text is not None})
    place = np.array([-1 if text is None else values.index(text) for text in said], dtype=np.int32)
    return coded(place[sessions.channel][session], pa.array(values))


def orders(rows: Rows) -> pa.DictionaryArray:
    """The orders of rows."""
    ordered = np.flatnonzero(rows.order >= 0)
    order, place = np.unique(rows.order[ordered], return_inverse=True)
    index = np.full(len(rows.order), -1, dtype=np.int32)
    index[ordered] = place
    return coded(index, pa.array(100_000_000 + order).cast(pa.string()))


def plain(events: pa.Table) -> pa.Table:
    """An event table exactly in the event's schema."""
    return events.drop_columns([PERSON]).cast(arrow_schema())


def of_events(events: pa.Table) -> pa.Table:
    """Anybody's events (the event's schema) as an event table; the person is the user id, else the anonymous id."""
    known = pc.coalesce(events["user_id"], events["anon_id"], events["user_session"])
    return events.append_column(PERSON, known).cast(coded_schema())


def _delay(place: Reals) -> Reals:
    """Log-logistic about 70 ms, never 3 s: nothing is late by the detector's measure."""
    return np.clip(70_000 * (place / (1 - place)) ** 0.45, 4_000, 3_000_000)


_DELAY = quantiles(_delay).astype(np.int64)
