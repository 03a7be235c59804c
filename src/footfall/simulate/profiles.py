"""Profiles: attackers and look-alikes as populations of a store, found by the name of their file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.simulate.days import SECOND, Day
from footfall.simulate.draws import Ints
from footfall.simulate.scene import Scene, scene
from footfall.simulate.setting import Store
from footfall.simulate.tables import coded_schema, plain
from footfall.simulate.truth import SOURCES, TIME, Truth

Group = Literal["attackers", "lookalikes"]

# Imported here and not later: to import a package sets its name in the package above, where a function has that name.
_PACKAGES = {group: import_module(f"footfall.simulate.{group}") for group in ("attackers", "lookalikes")}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of profile, as its file in ``attackers/`` or ``lookalikes/`` describes it.

    Attributes:
        name: of the file.
        title: what people call it.
        group: attackers or lookalikes.
        label: what its sources are: bot or person.
        flood: whether it is a flood, which must be noticed within seconds.
        always: whether it goes on in the background, as long as the store is open.
        apart: whether it is stated apart, in no average.
        seconds: the shortest and the longest that it lasts.
        hours: local hours between which it begins; None for any.
        act: its events, in the coded schema and in any order.
    """

    name: str
    title: str
    group: Group
    label: str
    flood: bool
    always: bool
    apart: bool
    seconds: tuple[float, float]
    hours: tuple[float, float] | None
    act: Callable[[Scene], pa.Table]


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by name, attackers first."""
    return MappingProxyType({**_found("attackers"), **_found("lookalikes")})


def attackers() -> Mapping[str, Kind]:
    """The kinds that attack."""
    return _found("attackers")


def lookalikes() -> Mapping[str, Kind]:
    """The kinds that only look like an attack."""
    return _found("lookalikes")


@cache
def _found(group: Group) -> Mapping[str, Kind]:
    names = sorted(module.name for module in iter_modules(_PACKAGES[group].__path__))
    return MappingProxyType({name: _kind(group, name) for name in names})


def _kind(group: Group, name: str) -> Kind:
    module = import_module(f"footfall.simulate.{group}.{name}")
    return Kind(
        name,
        module.TITLE,
        group,
        module.LABEL,
        getattr(module, "FLOOD", False),
        getattr(module, "ALWAYS", False),
        getattr(module, "APART", False),
        module.SECONDS,
        getattr(module, "HOURS", None),
        module.act,
    )


@dataclass(frozen=True, slots=True)
class Profile:
    """One attack, or one look-alike, on a store: a population.

    The same profile sends the same events in any process; whatever is not given here is drawn from its seed.

    Attributes:
        name: of its kind.
        store: what it happens to.
        seed: below 2 to the power 32.
        start: when it begins, UTC microseconds.
        seconds: how long it lasts.
        strength: how many hands or how much speed it has, against what its kind would draw.
    """

    name: str
    store: Store
    seed: int
    start: int
    seconds: float
    strength: float = 1.0

    @property
    def kind(self) -> Kind:
        """What it is.

        Raises:
            ValueError: no file has its name.
        """
        if self.name not in kinds():
            raise ValueError(f"no such profile: {self.name}; there are {', '.join(kinds())}")
        return kinds()[self.name]

    @property
    def end(self) -> int:
        """When it is over, UTC microseconds, exclusive."""
        return self.start + round(self.seconds * SECOND)

    def events(self, day: Day) -> pa.Table:
        """Its events of one day, in the event's schema."""
        return plain(self.coded(day))

    def coded(self, day: Day) -> pa.Table:
        """The same with repeating texts as dictionaries, as the simulator mixes them."""
        if self.start >= day.end or self.end <= day.start:
            return coded_schema().empty_table()
        events = whole(self)
        bounds = np.searchsorted(_micros(events), [day.start, day.end])
        return events.slice(bounds[0], bounds[1] - bounds[0])

    def sources(self) -> pa.Table:
        """Its actors: those with a session by that, the others by address and agent."""
        return _sources(self)


def profiles(truth: Truth) -> pa.Table:
    """The profiles of a store: kind, label, sources, since, until; one row a kind, in order of time."""
    by_kind = truth.sources.group_by(["kind", "label"], use_threads=False)
    table = by_kind.aggregate([("subject", "count"), ("since", "min"), ("until", "max")])
    return table.rename_columns(["kind", "label", "sources", "since", "until"]).sort_by("since")


def whole(profile: Profile) -> pa.Table:
    """All events of a profile in order of time, in the coded schema."""
    events = _played(profile)
    _sources(profile)
    return events


@lru_cache(8)
def _played(profile: Profile) -> pa.Table:
    """The last few are kept: a profile may be asked for several days, and then for its sources."""
    lane = list(kinds()).index(profile.kind.name)
    at = scene(profile.store, lane, profile.seed, profile.start, profile.end, profile.strength)
    events = profile.kind.act(at).combine_chunks()
    elapsed = _micros(events) - profile.start
    order = np.argsort(elapsed, kind="stable")
    inside = (elapsed[order] >= 0) & (elapsed[order] < profile.end - profile.start)
    return events.take(pa.array(order[inside]))


@lru_cache(4096)
def _sources(profile: Profile) -> pa.Table:
    events, kind = _played(profile), profile.kind
    session = pc.cast(_one(events["user_session"]), pa.string())
    texts = [pc.cast(_one(events[name]), pa.string()) for name in ("ip", "user_agent")]
    actor = pc.binary_join_element_wise(*texts, " ", null_handling="replace", null_replacement="")
    found = pa.table(
        {
            "subject_kind": pc.if_else(session.is_valid(), "session", "actor"),
            "subject": pc.coalesce(session, actor),
            "at": _one(events["event_time"]),
        }
    ).group_by(["subject_kind", "subject"], use_threads=False)
    found = found.aggregate([("at", "min"), ("at", "max")])
    columns = {
        "subject_kind": found["subject_kind"],
        "subject": found["subject"],
        "label": pa.array([kind.label] * len(found), pa.string()),
        "kind": pa.array([kind.name] * len(found), pa.string()),
        "since": found["at_min"].cast(TIME),
        "until": found["at_max"].cast(TIME),
    }
    return pa.table([columns[name] for name in SOURCES.names], schema=SOURCES)


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _micros(events: pa.Table) -> Ints:
    return np.asarray(_one(events["event_time"]).cast(pa.int64()).to_numpy())
