"""Real visits of 35 people and 65 bots to one site: whom the rules of a visit's pace flag, by its pages alone."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from footfall.config import Store
from footfall.detect.history import History
from footfall.detect.windows.panes import Panes
from footfall.ingest.formats import access_log
from footfall.ingest.source import Source
from tests.rules.cases import START, findings

FOLDER = Path(__file__).parents[3] / "shared/data/web_sessions"
PACE = ("metronome", "session_speed", "catalogue_walk")
RASTER = 180_000
"""Visits are moved onto the same minutes by whole hops of every watch."""

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no real visits at {FOLDER}")


@cache
def labels() -> dict[str, str]:
    """What each session is."""
    with (FOLDER / "labels.tsv").open(encoding="utf-8") as file:
        return {row["session"]: row["label"] for row in csv.DictReader(file, delimiter="\t")}


def pages() -> pa.Table:
    """The pages asked for, without agents; every visit begins within the same three minutes."""
    tasks = access_log.tasks(Source(str(FOLDER / "access.log.gz")), Store())
    events = pa.concat_tables([task.run().events for task in tasks])
    events = events.filter(pc.and_(pc.equal(events["event_type"], "page"), pc.is_valid(events["user_session"])))
    events = events.drop_columns(["user_agent"])
    times = pc.divide(events["event_time"].cast(pa.int64()), 1000).to_pylist()
    sessions, first = events["user_session"].to_pylist(), dict[str, int]()
    for session, time in zip(sessions, times, strict=True):
        first[session] = min(time, first.get(session, time))
    moved = [START + time - first[each] // RASTER * RASTER for each, time in zip(sessions, times, strict=True)]
    column = pa.array([time * 1000 for time in moved]).cast(pa.timestamp("us", tz="UTC"))
    return events.set_column(events.schema.get_field_index("event_time"), "event_time", column)


@cache
def flagged(*, alerts: bool) -> dict[str, int]:
    """How many sessions of each label a rule of pace flags; with ``alerts`` what is for the score only counts not."""
    events = pages()
    found = [each for rule in PACE for each in findings(rule, events, History(), Panes)]
    names = {each.subject.name for each in found if not (alerts and each.scored_only)}
    return {label: sum(labels().get(name) == label for name in names) for label in set(labels().values())}


def test_people_are_let_be() -> None:
    assert flagged(alerts=True)["human"] == 0
    assert flagged(alerts=False)["human"] <= 1


def test_four_of_five_moderate_bots_are_flagged() -> None:
    assert flagged(alerts=False)["moderate_bot"] >= 0.8 * 35


def test_bots_that_move_like_people_are_not() -> None:
    assert flagged(alerts=False)["advanced_bot"] <= 0.1 * 30
