"""The store's days: where each begins and ends in UTC, and which hour of the week each of its hours is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from footfall.simulate.draws import Ints, Reals
from footfall.simulate.setting import Store

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
WEEK_HOURS = 168


@dataclass(frozen=True, slots=True)
class Day:
    """One local day; times are UTC microseconds since the epoch.

    Attributes:
        index: 0 for the store's first day.
        date: the local date.
        week: 0 for the Monday-to-Sunday week that holds the first day.
        start: local midnight.
        end: the next local midnight: 23, 24 or 25 hours later.
        hours: start of each hour, shape (slots,).
        lengths: length of each hour, the last one shorter where clocks change by less than an hour.
        hour_of_week: 0-167, Monday 00:00 is 0, shape (slots,).
    """

    index: int
    date: date
    week: int
    start: int
    end: int
    hours: Ints
    lengths: Ints
    hour_of_week: Ints


def midnight(day: date, zone: ZoneInfo) -> int:
    """The instant at which a local day begins, in UTC microseconds."""
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * SECOND


def calendar(store: Store) -> tuple[Day, ...]:
    """Every day of a store, in order."""
    zone = ZoneInfo(store.zone)
    monday = store.start - timedelta(days=store.start.weekday())
    dates = [store.start + timedelta(days=index) for index in range(store.days)]
    return tuple(_day(index, day, (day - monday).days // 7, zone) for index, day in enumerate(dates))


def _day(index: int, day: date, week: int, zone: ZoneInfo) -> Day:
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    hours = np.arange(start, end, HOUR, dtype=np.int64)
    lengths = np.minimum(HOUR, end - hours)
    local = [datetime.fromtimestamp(int(at) / SECOND, UTC).astimezone(zone).hour for at in hours]
    hour_of_week = day.weekday() * 24 + np.array(local, dtype=np.int64)
    return Day(index, day, week, start, end, hours, lengths, hour_of_week)


def occurrences(days: tuple[Day, ...]) -> Reals:
    """How often each hour of the week occurs in each week: shape (weeks, 168), in hours."""
    times = np.zeros((days[-1].week + 1, WEEK_HOURS))
    for day in days:
        np.add.at(times[day.week], day.hour_of_week, day.lengths / HOUR)
    return times
