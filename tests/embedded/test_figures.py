"""The guard's figures: what Prometheus reads of a guard that saw something, and of an incident on record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from footfall import rules
from footfall.detect.guard import Guard
from footfall.detect.windows.panes import Panes
from footfall.embedded.figures import EVERY, Figures, written
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.ingest.intake import Submission, judge
from footfall.layout import Layout
from tests.conformance.incident_store import FLOOD, fill
from tests.embedded.logs import NOON, rows

LINE = re.compile(r'^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="[^"]*"\})? [0-9.+e]+)$')


def figures(text: str) -> dict[str, float]:
    """Each figure's value by its name and label."""
    assert all(LINE.match(line) for line in text.splitlines())
    pairs = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_figures_say_what_was_seen_and_what_is_on_record(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert written(layout) == ""
    store = EmbeddedIncidents(layout)
    fill(store, FLOOD, FLOOD[-1].until)
    known = rules.rules()
    guard = Guard({}, rules.feeds(), Panes([]))
    guard.feed(judge([Submission(rows("a", "b", "a"), NOON + 2_000_000, "test", ())]).events)
    shown = Figures(layout, store, known)
    shown.look(guard, NOON // 1_000 + 10_000)
    told = figures(written(layout))
    assert told["footfall_guard_events_total"] == 2
    assert told["footfall_guard_copies_total"] == 1
    assert told["footfall_guard_late_events_total"] == 0
    assert told["footfall_guard_lag_seconds"] == pytest.approx(13.001)
    assert told["footfall_guard_watermark_timestamp_seconds"] == pytest.approx(NOON / 1e6 - 3.001)
    rule = FLOOD[0].rule
    alerts = {name: value for name, value in told.items() if name.startswith("footfall_guard_alerts_total")}
    assert alerts.pop(f'footfall_guard_alerts_total{{rule="{rule}"}}') == len({each.subject for each in FLOOD})
    assert set(alerts.values()) == {0}
    assert len(alerts) == len(known)
    assert told['footfall_guard_open_incidents{severity="critical"}'] == 1
    assert told['footfall_guard_notes{state="waiting"}'] == 1
    assert told["footfall_guard_resident_memory_bytes"] > 1e6


def test_figures_are_written_now_and_then(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    guard = Guard({}, rules.feeds(), Panes([]))
    shown = Figures(layout, EmbeddedIncidents(layout), ())
    shown.look(guard, 0)
    layout.figures.unlink()
    shown.look(guard, EVERY - 1)
    assert written(layout) == ""
    shown.look(guard, EVERY)
    assert "footfall_guard_events_total 0" in written(layout)
