"""What is planted, the doctor finds; and a healthy home is called healthy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from footfall import insights
from footfall.embedded.doctor import Finding, examine
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.embedded.marts import mart
from footfall.ports import GuardChanges, Note
from tests.conftest import Home, event, jsonl, temporary_home
from tests.embedded.judging import judge, verdict
from tests.embedded.logs import NOON, one_each


@pytest.fixture(scope="module")
def model() -> Iterator[Home]:
    """A home of two days with a dead letter, built."""
    with temporary_home() as home:
        home.take(jsonl([event("2019-10-01T12:00:00Z"), event("2019-10-02T12:00:00Z", "cart"), event("never")]))
        home.build()
        one_each(home.lake.layout, NOON)
        judge(home, verdict("ip", "203.0.113.1"))
        yield home


@pytest.fixture
def healthy(model: Home, home: Home) -> Home:
    """The home, for a test to damage."""
    shutil.copytree(model.path, home.path)
    return home


def only(path: Path, pattern: str) -> Path:
    """The first file of a pattern."""
    return sorted(path.glob(pattern))[0]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def forget_day(home: Home, name: str) -> None:
    table = mart(home.lake.layout, name)
    table.commit(dict.fromkeys(list(table.days())[:1]))


def scribble(path: Path) -> None:
    """Spoils every page of a SQLite file but for its header."""
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes(len(content) - 100))


def leave_untold(home: Home) -> None:
    store = EmbeddedIncidents(home.lake.layout)
    store.apply(GuardChanges(notes=(Note("i1", "opened", 0, "high", "A flood", "Look."),)))
    with store.writing() as connection:
        connection.execute("UPDATE outbox SET tries = 1, error = 'refused'")
    store.close()


def write_rule(home: Home, text: str) -> None:
    home.lake.layout.rules.mkdir()
    (home.lake.layout.rules / "own.sql").write_text(text)


DAMAGE: dict[str, tuple[Callable[[Home], object], str]] = {
    "settings that are no TOML": (lambda home: (home.path / "footfall.toml").write_text("[store"), "not valid TOML"),
    "an unknown setting": (
        lambda home: (home.path / "footfall.toml").write_text("[store]\nzone=1"),
        "unknown field `zone`",
    ),
    "an unknown zone": (
        lambda home: (home.path / "footfall.toml").write_text('[store]\ntimezone="Mars"'),
        "'Mars' is not",
    ),
    "a day's file gone": (
        lambda home: only(home.path, "lake/events/*/*.parquet").unlink(),
        "2019-10-01 is missing or damaged",
    ),
    "a day's file cut": (
        lambda home: cut(only(home.path, "lake/events/*/*.parquet")),
        "2019-10-01 is missing or damaged",
    ),
    "a bit of a day's file": (
        lambda home: flip(only(home.path, "lake/events/*/*.parquet")),
        "2019-10-01 is missing or damaged",
    ),
    "the lake's manifest": (lambda home: cut(home.path / "lake/events/manifest.json"), "manifest.json is damaged"),
    "a mart's manifest": (lambda home: cut(home.path / "marts/visitor_days/manifest.json"), "manifest.json is damaged"),
    "a mart's file gone": (lambda home: only(home.path, "marts/session_days/*/*.parquet").unlink(), "session_days"),
    "a bit of a mart's file": (lambda home: flip(only(home.path, "marts/carts/*/*.parquet")), "carts"),
    "marts never built": (lambda home: shutil.rmtree(home.path / "marts"), "2 days are not counted yet"),
    "marts behind the lake": (
        lambda home: home.take(jsonl([event("2019-10-02T13:00:00Z")])),
        "1 days are not counted yet",
    ),
    "a day that no mart has": (lambda home: forget_day(home, "visitor_days"), "1 days are not counted yet"),
    "a page of the log": (
        lambda home: scribble(only(home.path, "log/*.sqlite")),
        "segment of the event log is damaged",
    ),
    "a page of the guard's record": (lambda home: scribble(home.path / "incidents/guard.sqlite"), "record is damaged"),
    "a message that nobody takes": (lambda home: leave_untold(home), "1 messages could not be sent yet: refused"),
    "a rule of one's own with a mistake": (
        lambda home: write_rule(home, "SELECT median(price) FROM events"),
        "own.sql",
    ),
    "midnights forgotten": (lambda home: shutil.rmtree(home.path / "marts/edges"), "2 days are not counted yet"),
}


def bad(home: Home) -> list[Finding]:
    """What the doctor does not like."""
    return [finding for finding in examine(home.path) if not finding.ok]


@pytest.mark.parametrize("name", sorted(DAMAGE))
def test_planted_damage_is_found_and_comes_with_advice(healthy: Home, name: str) -> None:
    plant, words = DAMAGE[name]
    assert bad(healthy) == []
    plant(healthy)
    found = bad(healthy)
    assert found
    assert any(words in finding.what for finding in found)
    assert all(finding.do for finding in found)
    assert all("\n" not in finding.what + finding.do for finding in found)


@pytest.mark.parametrize("name", [name for name in DAMAGE if "mart" in name and "manifest" not in name])
def test_the_advice_about_marts_heals(healthy: Home, name: str) -> None:
    plant, _ = DAMAGE[name]
    plant(healthy)
    for finding in bad(healthy):
        if finding.do.startswith("rm -r "):
            shutil.rmtree(finding.do.removeprefix("rm -r ").partition(", then")[0])
        else:
            assert finding.do == "footfall build"
    healthy.build()
    assert bad(healthy) == []
    assert set(healthy.marts()) >= {*insights.daily(), *insights.history()}


def test_a_healthy_home_is_told_with_its_numbers(healthy: Home) -> None:
    told = " ".join(finding.what for finding in examine(healthy.path))
    assert "lake: 2 events in 2 days, 2019-10-01 to 2019-10-02" in told
    assert "marts cover every day" in told
    assert "1 dead letters" in told


def test_a_home_can_be_named_from_where_one_stands(healthy: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(healthy.path.parent)
    assert all(finding.ok for finding in examine(Path(healthy.path.name)))


def test_little_room_on_the_disk_is_found(healthy: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(healthy.path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1 << 30))
    assert [finding.do for finding in bad(healthy)] == ["Make room on the disk."]


def test_a_home_that_cannot_be_written_is_found(healthy: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    assert [finding.what for finding in bad(healthy)] == [f"{healthy.path} cannot be written by this user"]


def test_a_home_that_does_not_exist_or_is_empty_is_well(home: Home) -> None:
    assert bad(home) == []
    home.path.mkdir()
    assert bad(home) == []
    assert any(finding.do == "footfall ingest FILE" for finding in examine(home.path))
