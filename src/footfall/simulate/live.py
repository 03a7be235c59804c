"""A store that is open now: small batches of events in order of arrival, without end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from footfall.event import arrow_schema
from footfall.simulate.days import MINUTE, SECOND, Day, midnight
from footfall.simulate.draws import Ints
from footfall.simulate.profiles import Profile, whole
from footfall.simulate.scene import VISITORS_EVENTS
from footfall.simulate.setting import Store
from footfall.simulate.shoppers import plan
from footfall.simulate.store import Parcel, Population, emit, gather, parcels
from footfall.simulate.tables import plain, store_words
from footfall.simulate.world import World, world

SHIFT = 5 * MINUTE
"""Visits are planned for so long at once."""

EARLIER = 9
"""Shifts before the first event, so that people are already in the shop when it opens."""

HORIZON = 36
"""Shifts within which people come back; who would come later stays away."""

VISIT_EVENTS = 5.5
"""Events of a visit and of those who come back in time."""

BATCH = 0.25
"""Seconds of arrivals in a batch."""


def live(
    store: Store, others: Sequence[Population] = (), rate: float = 20.0, since: datetime | None = None
) -> Iterator[pa.Table]:
    """The store's events as a collector would receive them from a given moment on.

    Nothing waits: who sends the batches waits until the clock shows the last ``received_at`` of each. Only the next few
    minutes are in memory, whatever the rate.

    Args:
        store: its range and its seed; the number of visitors follows from the rate.
        others: populations with their times after ``since``.
        rate: the shoppers' events a second, on average, at any hour.
        since: the moment of the first arrival; the store's first midnight if None.

    Yields:
        Tables in the event's schema, a quarter of a second each, in order of received_at; none is empty.
    """
    zone = ZoneInfo(store.zone)
    first = midnight(store.start, zone) if since is None else round(since.timestamp() * SECOND)
    kept = arrow_schema().empty_table()
    for events, until in _shifts(store, others, rate, first, zone):
        pool = pa.concat_tables([kept, events])
        received = _received(pool)
        order = np.argsort(received, kind="stable")
        ready = order[(received[order] < until) & (received[order] >= first)]
        yield from _batches(pool.take(pa.array(ready)), received[ready])
        kept = pool.take(pa.array(np.sort(order[received[order] >= until])))


def attack(
    name: str, seed: int, start: datetime, seconds: float, rate: float | None = None, store: Store | None = None
) -> Iterator[tuple[float, pa.Table]]:
    """One profile alone, as a collector would receive it.

    Args:
        name: of the profile.
        seed: below 2 to the power 32.
        start: when it begins.
        seconds: how long it lasts.
        rate: events a second, on average; as it comes if None.
        store: whose range is used; the default store if None.

    Yields:
        Seconds after ``start`` at which to send, and events in the event's schema, in order of received_at.

    Raises:
        ValueError: no such profile.
    """
    profile = Profile(name, store or Store(), seed, round(start.timestamp() * SECOND), seconds)
    events = whole(profile)
    if rate is not None and len(events):
        strength = rate * seconds / len(events)
        events = _bounded(whole(replace(profile, strength=strength)), seed, rate * seconds)
    events = plain(events)
    received = _received(events)
    order = np.argsort(received, kind="stable")
    for batch in _batches(events.take(pa.array(order)), received[order]):
        yield (int(_received(batch)[-1]) - profile.start) / SECOND, batch


def _bounded(events: pa.Table, seed: int, most: float) -> pa.Table:
    """As many of the events as are allowed, chosen by chance."""
    if len(events) <= most:
        return events
    chosen = np.random.default_rng(seed).permutation(len(events))[: max(1, round(most))]
    return events.take(pa.array(np.sort(chosen)))


def _batches(events: pa.Table, received: Ints) -> Iterator[pa.Table]:
    """Cuts events in order of arrival where a quarter of a second is over."""
    tick = received // round(BATCH * SECOND)
    cuts = np.flatnonzero(np.diff(tick)) + 1
    for low, high in zip([0, *cuts.tolist()], [*cuts.tolist(), len(received)], strict=True):
        if high > low:
            yield events.slice(low, high - low)


def _shifts(
    store: Store, others: Sequence[Population], rate: float, first: int, zone: ZoneInfo
) -> Iterator[tuple[pa.Table, int]]:
    """Events shift by shift, in the event's schema, and the end of each shift."""
    ground = _even(world(replace(store, visitors=max(1, round(rate * 86_400 / VISITORS_EVENTS)), days=1)), rate)
    words, waiting = store_words(ground), dict[int, list[Parcel]]()
    for index in count():
        ahead = [_shift(later, first, zone) for later in range(index, index + HORIZON)]
        for later, parcel in parcels(plan(ground, ahead[0]), ahead, 0).items():
            waiting.setdefault(index + later, []).append(parcel)
        shoppers = gather(ahead[0], waiting.pop(index))
        yield plain(emit(ground, words, ahead[0], shoppers, others)), ahead[0].end


def _even(ground: World, rate: float) -> World:
    """The same store with as many visits at every hour as make so many events a second."""
    ordinary = ground.interest.ordinary
    visits = ordinary / ordinary.sum(axis=0) * rate * 3_600 / VISIT_EVENTS
    return replace(ground, interest=replace(ground.interest, visits=visits, spikes=()))


def _shift(index: int, first: int, zone: ZoneInfo) -> Day:
    """A short day: one slot, of the hour of the week in which it lies."""
    start = first + (index - EARLIER) * SHIFT
    clock = datetime.fromtimestamp(start / SECOND, UTC).astimezone(zone)
    hour = np.array([clock.weekday() * 24 + clock.hour])
    return Day(index, clock.date(), 0, start, start + SHIFT, np.array([start]), np.array([SHIFT]), hour)


def _received(events: pa.Table) -> Ints:
    return np.asarray(events["received_at"].combine_chunks().cast(pa.int64()).to_numpy())
