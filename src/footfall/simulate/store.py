"""The clock: brings journeys to the days on which their events fall, and mixes populations by time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from footfall.simulate.days import Day
from footfall.simulate.draws import Ints
from footfall.simulate.people import Sessions
from footfall.simulate.shoppers import Plan
from footfall.simulate.tables import Words, of_events, table
from footfall.simulate.visits import Rows
from footfall.simulate.world import World

ORDER_BITS = 26
"""Bits left for the place of a row within its day: up to 67 million rows."""


class Population(Protocol):
    """Others who send events beside the shoppers: attackers, crawlers, monitors. Must be picklable."""

    def events(self, day: Day) -> pa.Table:
        """Its events of one day, in the event's schema and in any order; the same whenever it is asked."""

    def sources(self) -> pa.Table:
        """Who they are, in the schema of :data:`footfall.simulate.truth.SOURCES`."""


@runtime_checkable
class Coded(Protocol):
    """A population that can also say its events in the schema in which they are mixed, at no price."""

    def coded(self, day: Day) -> pa.Table:
        """Its events of one day in :func:`footfall.simulate.tables.coded_schema`."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Rows that belong to one day, and the sessions they name."""

    rows: Rows
    sessions: Sessions


def parcels(plan: Plan, days: Sequence[Day], first: int) -> dict[int, Parcel]:
    """Splits the journeys begun on day ``first`` by the day of each event; what comes after the last is left out.

    Day ``first`` has a parcel even if nobody came.
    """
    ends = np.array([day.end for day in days[first:]])
    target = np.searchsorted(ends, plan.rows.time, side="right")
    ahead = np.union1d(0, target[target < len(ends)])
    return {first + int(day): _parcel(plan.rows, plan.sessions, np.flatnonzero(target == day)) for day in ahead}


def _parcel(rows: Rows, sessions: Sessions, chosen: Ints) -> Parcel:
    """Some rows, with only the sessions they name."""
    rows = rows.take(chosen)
    named = np.zeros(len(sessions.key), bool)
    named[rows.session] = True
    place = np.cumsum(named, dtype=np.int32) - np.int32(1)
    return Parcel(replace(rows, session=place[rows.session]), sessions.take(np.flatnonzero(named)))


def gather(day: Day, parts: Sequence[Parcel]) -> Parcel:
    """A day's parcels, earliest journeys first, as one in order of time; ties keep the order of the parcels."""
    sizes = np.cumsum([0, *(len(part.sessions.key) for part in parts)], dtype=np.int32)
    moved = [replace(part.rows, session=part.rows.session + size) for part, size in zip(parts, sizes[:-1], strict=True)]
    rows = moved[0].join(*moved[1:])
    sessions = parts[0].sessions.join(*(part.sessions for part in parts[1:]))
    return Parcel(rows.take(by_time(rows.time - day.start)), sessions)


def by_time(elapsed: Ints) -> Ints:
    """The order of rows by time since the day began, first come first on ties."""
    place = np.arange(len(elapsed))
    return np.asarray(np.sort((elapsed << ORDER_BITS) | place) & ((1 << ORDER_BITS) - 1))


def emit(world: World, words: Words, day: Day, shoppers: Parcel, others: Iterable[Population]) -> pa.Table:
    """The event table of a day: shoppers and all other populations, mixed by time."""
    tables = [table(world, words, shoppers.rows, shoppers.sessions)]
    tables += [coded for population in others if (coded := _coded(population, day)).num_rows]
    return tables[0] if len(tables) == 1 else mix(day, tables)


def _coded(population: Population, day: Day) -> pa.Table:
    return population.coded(day) if isinstance(population, Coded) else of_events(population.events(day))


def mix(day: Day, tables: Sequence[pa.Table]) -> pa.Table:
    """Event tables of one day as one, in order of time; ties keep the order of the tables."""
    whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    elapsed = whole["event_time"].cast(pa.int64()).to_numpy() - day.start
    return whole.take(pa.array(by_time(elapsed)))
