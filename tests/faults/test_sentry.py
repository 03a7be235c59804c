"""A sentry that is killed again and again says what one says that never was."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from footfall.embedded.appender import Appender
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.layout import Layout
from footfall.simulate import Store, scenario, simulate

KILLS = 30
BATCH = 400
ATTACKS = ("naive_flood", "scraper_fixed", "cart_hoarder", "card_tester", "false_crawler")


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose log holds a day with attacks, in order of arrival."""
    home = tmp_path_factory.mktemp("logged")
    store = Store(days=1, visitors=600, seed=11)
    events = pa.concat_tables([day for _, day in simulate(store, scenario(store, 11, ATTACKS))])
    events = events.sort_by([("received_at", "ascending"), ("event_time", "ascending")])
    with Appender(Layout(home)) as appender:
        for start in range(0, events.num_rows, BATCH):
            appender.submit(events.slice(start, BATCH)).result()
    return home


def record(home: Path) -> list[dict[str, Any]]:
    """Every incident with its alerts and verdicts."""
    store = EmbeddedIncidents(Layout(home))
    incidents = sorted(store.incidents(), key=lambda incident: incident.id)
    alerts = [msgspec.structs.asdict(alert) for incident in incidents for alert in store.alerts(incident.id)]
    verdicts = map(msgspec.structs.asdict, store.verdicts(standing=False))
    return [*map(asdict, incidents), *alerts, *verdicts]


def started(home: Path) -> subprocess.Popen[bytes]:
    """A sentry at work."""
    return subprocess.Popen([sys.executable, "-m", "tests.faults.sentry", str(home)], stderr=subprocess.DEVNULL)


@pytest.mark.slow
def test_thirty_kills_change_nothing_of_the_record(logged: Path, tmp_path: Path) -> None:
    quiet = shutil.copytree(logged, tmp_path / "quiet")
    began = time.monotonic()
    assert started(quiet).wait() == 0
    lasted, undisturbed = time.monotonic() - began, record(quiet)
    assert any(row.get("rule") == "source_flood" for row in undisturbed)
    chance, kills, homes = random.Random(5), 0, [shutil.copytree(logged, tmp_path / "0")]
    while kills < KILLS:
        sentry = started(homes[-1])
        try:
            sentry.wait(timeout=0.8 + chance.random() * lasted / 6)
            homes.append(shutil.copytree(logged, tmp_path / f"{len(homes)}"))
        except subprocess.TimeoutExpired:
            sentry.kill()
            sentry.wait()
            kills += 1
    assert started(homes[-1]).wait() == 0
    for home in homes:
        assert record(home) == undisturbed
