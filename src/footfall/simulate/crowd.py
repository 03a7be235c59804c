"""People who come for a reason of their own: the shoppers' journeys, with the time, the goods and the address given."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from footfall.simulate import people
from footfall.simulate.acts import spread
from footfall.simulate.browsing import CART, CHANNEL_PULL, DIRECT, Browsing
from footfall.simulate.carts import intend
from footfall.simulate.catalogue import SHELF
from footfall.simulate.draws import Codes, Ints, Reals, Small, quota
from footfall.simulate.journeys import first_visits
from footfall.simulate.names import CHANNELS
from footfall.simulate.people import Sessions
from footfall.simulate.scene import Scene
from footfall.simulate.tables import coded_schema, table
from footfall.simulate.visits import Rows, Visits, rows

Pull = float | Reals


@dataclass(frozen=True, slots=True)
class Crowd:
    """People's events as numbers.

    Attributes:
        rows: visit by visit, each in order of time.
        sessions: whose they are.
        step: of each row, a :class:`~footfall.simulate.visits.Step`.
    """

    rows: Rows
    sessions: Sessions
    step: Ints

    def take(self, index: Ints) -> Crowd:
        """Some of the events."""
        return Crowd(self.rows.take(index), self.sessions, self.step[index])

    def at(self, time: Ints) -> Crowd:
        """The same events at other times."""
        return replace(self, rows=replace(self.rows, time=time))

    def numbered(self, scene: Scene) -> Crowd:
        """The same events, each with a number of its own, though some be copies."""
        return replace(self, rows=replace(self.rows, number=scene.numbers(len(self.step))))

    def told(self, scene: Scene, **said: pa.Array) -> pa.Table:
        """The events as an event table.

        Args:
            scene: where.
            said: columns to be said otherwise: one text for each session.
        """
        events = table(scene.world, scene.words, self.rows, self.sessions)
        for name, texts in said.items():
            events = stated(events, name, spread(texts, self.rows.session))
        return events


def stated(events: pa.Table, name: str, column: pa.Array) -> pa.Table:
    """An event table with one column said otherwise."""
    place = coded_schema().get_field_index(name)
    return events.set_column(place, coded_schema().field(name), column)


def visitors(scene: Scene, start: Ints, *, new: float, channel: int | Small = 0, block: int = 0) -> Sessions:
    """People whose visits begin at given times: strangers with probability ``new``, else regulars."""
    rng, n = scene.rng, len(start)
    key = scene.keys(n, block)
    regular = rng.integers(0, people.regulars(scene.store) * people.GROUPS, n)
    person = np.where(rng.random(n) < new, people.guest(scene.store, key), regular)
    login, cookieless = people.habits(scene.store, person)
    came = np.broadcast_to(np.asarray(channel, np.int8), (n,)).copy()
    return Sessions(key, person, person * 2, login, ~cookieless, came, start, np.zeros(n, bool))


def shopping(
    scene: Scene, sessions: Sessions, *, pull: Pull = 1.0, focus: Codes | None = None, looks: Ints | None = None
) -> tuple[Browsing, Visits]:
    """What visitors will do; all they do is done in one visit.

    Args:
        scene: where.
        sessions: n visits.
        pull: how readily they buy, 1 as usual.
        focus: products they come for, shape (n,); any if None.
        looks: views in their category, shape (n,); as usual if None.
    """
    rng, n = scene.rng, len(sessions.key)
    catalogue, shelf = scene.catalogue, scene.shelf()
    by_interest = quota(scene.visits())
    wanted = shelf.ravel()[by_interest[rng.integers(0, 1 << 16, n)] * SHELF + rng.integers(0, SHELF, n)]
    focus = wanted.astype(np.int32) if focus is None else focus.astype(np.int32)
    category = catalogue.category[focus]
    aside = by_interest[rng.integers(0, 1 << 16, n)]
    glances = np.where((rng.random(n) < 0.13) & (aside != category), rng.integers(1, 4, n), 0).astype(np.int8)
    many = np.clip(np.ceil(3.05 * rng.exponential(1, n) ** (1 / 0.75)), 1, 60).astype(np.int8)
    readiness = np.minimum(pull * catalogue.pull[focus] * CHANNEL_PULL[sessions.channel], 1 / CART)
    luck = rng.random(n)
    carts = np.flatnonzero(luck < readiness * CART)
    direct = np.flatnonzero((luck >= readiness * CART) & (luck < readiness * (CART + DIRECT)))
    sessions.direct[direct] = True
    views = many if looks is None else looks.astype(np.int8)
    browsing = Browsing(sessions, category, aside, focus, views, glances, carts, direct, readiness)
    intent = intend(rng, focus[carts], category[carts], shelf, catalogue.pull)
    return browsing, first_visits(browsing, intent, rng)


def enacted(scene: Scene, visits: Visits) -> Crowd:
    """Visits laid out in time."""
    made, step = rows(visits, scene.shelf(), scene.rng, int(scene.numbers(1)[0]))
    return Crowd(made, visits.sessions, step)


def crowd(scene: Scene, start: Ints, *, new: float, channel: int | Small = 0, pull: Pull = 1.0) -> Crowd:
    """People who shop as usual from given times on."""
    return enacted(scene, shopping(scene, visitors(scene, start, new=new, channel=channel), pull=pull)[1])


def channels(scene: Scene, count: int) -> Small:
    """How visitors come, as usual."""
    return scene.chosen(count, [channel.share for channel in CHANNELS]).astype(np.int8)


def channel_of(referrer: str | None, campaign: str | None) -> int:
    """The channel with this referrer and campaign."""
    return [(channel.referrer, channel.campaign) for channel in CHANNELS].index((referrer, campaign))
