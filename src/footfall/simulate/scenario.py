"""A standard scenario: every attack and every look-alike once, laid over a store's days."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np

from footfall.simulate.days import HOUR, MINUTE, SECOND, midnight
from footfall.simulate.draws import generator
from footfall.simulate.profiles import Kind, Profile, kinds
from footfall.simulate.setting import Store

TRIES = 60
"""Beginnings thought of for each profile; the one that meets the others least is taken."""

APART = 10 * MINUTE
"""Profiles that are closer than this meet."""


def scenario(
    store: Store,
    seed: int,
    names: Collection[str] | None = None,
    *,
    times: int = 1,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Profile, ...]:
    """Lays profiles over a store, by day and by night, so that they meet as little as may be.

    Args:
        store: what they happen to; they are sized by its traffic.
        seed: below 2 to the power 32; it decides everything.
        names: which kinds; all if None.
        times: how often each.
        since: nothing begins before; three hours after the store's first midnight if None, so that there is a past.
        until: everything is over by then; the end of the store's last day if None.

    Returns:
        The profiles in order of their beginnings: populations for :func:`footfall.simulate.simulate`.

    Raises:
        ValueError: a kind that does not exist, or no time for the shortest.
    """
    if unknown := sorted(set(names or ()) - set(kinds())):
        raise ValueError(f"no such profile: {', '.join(unknown)}; there are {', '.join(kinds())}")
    chosen = [kind for name, kind in kinds().items() if names is None or name in names]
    zone = ZoneInfo(store.zone)
    first = midnight(store.start, zone) + 3 * HOUR if since is None else _micros(since)
    last = midnight(store.start + timedelta(days=store.days), zone) if until is None else _micros(until)
    plan = _Plan(first, last, zone)
    rng = generator(seed, crc32(b"scenario"))
    placed = [(kind, turn, *plan.place(rng, kind)) for kind, turn in _order(rng, chosen, times)]
    profiles = [
        Profile(kind.name, store, _seed(seed, kind.name, turn), start, seconds) for kind, turn, start, seconds in placed
    ]
    return tuple(sorted(profiles, key=lambda profile: (profile.start, profile.name)))


def _order(rng: np.random.Generator, chosen: list[Kind], times: int) -> Iterable[tuple[Kind, int]]:
    """Those bound to certain hours first, then by chance."""
    every = [(kind, turn) for kind in chosen for turn in range(times)]
    mixed = [every[place] for place in rng.permutation(len(every)).tolist()]
    return sorted(mixed, key=lambda pair: pair[0].hours is None)


def _seed(seed: int, name: str, turn: int) -> int:
    return int(generator(seed, crc32(name.encode()), turn).integers(1 << 32))


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * SECOND)


@dataclass(slots=True)
class _Plan:
    """The time there is, and what is taken of it."""

    first: int
    last: int
    zone: ZoneInfo
    taken: list[tuple[int, int, float]]

    def __init__(self, first: int, last: int, zone: ZoneInfo) -> None:
        self.first, self.last, self.zone, self.taken = first, last, zone, []

    def place(self, rng: np.random.Generator, kind: Kind) -> tuple[int, float]:
        """When a profile begins, and for how many seconds it lasts."""
        low, high = kind.seconds
        most = (self.last - self.first) / SECOND
        if kind.always:
            return self.first, most
        if most < low:
            raise ValueError(f"{kind.name} lasts at least {low:.0f} seconds; there are {most:.0f}")
        seconds = round(min(float(np.exp(rng.uniform(np.log(low), np.log(high)))), most))
        length = seconds * SECOND
        starts = self.first + (rng.random(TRIES) * (self.last - self.first - length)).astype(np.int64)
        good = [start for start in starts.tolist() if self._suits(kind, start)] or starts.tolist()
        start = min(good, key=lambda start: self._met(start, start + length, kind))
        self.taken.append((start, start + length, _weight(kind)))
        return start, float(seconds)

    def _suits(self, kind: Kind, start: int) -> bool:
        if kind.hours is None:
            return True
        clock = datetime.fromtimestamp(start / SECOND, UTC).astimezone(self.zone)
        hour = clock.hour + clock.minute / 60
        return kind.hours[0] <= hour < kind.hours[1]

    def _met(self, start: int, end: int, kind: Kind) -> float:
        """How much it would meet of the others, loud ones counting most."""
        overlaps = [
            max(0, min(end, other_end) - max(start, other_start) + APART) * weight
            for other_start, other_end, weight in self.taken
        ]
        return sum(overlaps) * _weight(kind)


def _weight(kind: Kind) -> float:
    return 8.0 if kind.flood or kind.name in ("flash_sale", "influencer_spike", "retry_storm") else 1.0
