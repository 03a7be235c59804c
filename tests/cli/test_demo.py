"""The demo: who attacks its store and when, what it prints of the guard, and that it may be run again."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from footfall.cli import show
from footfall.cli.guard_summary import Guarded, print_marks
from footfall.detect.desk import Desk
from footfall.embedded import demo
from footfall.embedded.answers import Answers
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.incident import Subject
from footfall.simulate import Store, Truth, attackers, kinds, lookalikes, write
from tests.cli.conftest import Shell
from tests.conftest import Home
from tests.detect.desks import MANNERS, found
from tests.embedded.judging import fill, judge, ms, verdict

GIVEN_UP = {"abandoned", "recovered", "lost", "partial"}


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What is shown on standard output, 120 columns wide."""
    text = StringIO()
    monkeypatch.setattr(show, "out", Console(file=text, width=120, highlight=False))
    return text


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Auckland"])
@pytest.mark.parametrize(("days", "seed"), [(1, 1), (2, 7), (63, 1), (63, 2)])
def test_every_attack_and_every_lookalike_comes_once_within_the_last_two_days(days: int, seed: int, zone: str) -> None:
    store = Store(days=days, visitors=500, seed=seed, zone=zone)
    people = demo.population(store)
    assert sorted(one.name for one in people) == sorted(kinds())
    first, last = demo.attacked(store)
    assert last == store.start + timedelta(days=days - 1)
    assert (last - first).days == min(days - 1, 1)
    of = {one.name: [_day(moment, zone) for moment in (one.start, one.end - 1)] for one in people}
    assert {day for held in of.values() for day in held} <= {first, last}
    for name, kind in attackers().items():
        assert of[name] == [last if kind.flood else first] * 2, name
    assert people == demo.population(store)


def _day(micros: int, zone: str) -> date:
    return datetime.fromtimestamp(micros / 1e6, UTC).astimezone(ZoneInfo(zone)).date()


def test_the_guard_is_marked_by_what_it_said_and_carts_by_the_days_before_the_attacks(
    home: Home, printed: StringIO
) -> None:
    """A guard that said nothing but the name of one attack's sources, and of one person."""
    truth = _store(home)
    first = demo.attacked(truth.store)[0]
    bots = [row for row in truth.sources.to_pylist() if row["kind"] == "scalper"]
    person = next(row for row in truth.sources.to_pylist() if row["kind"] == "gift_buyer")
    _say(home, {row["subject"]: row["since"] for row in [*bots, person]})
    marks = demo.marks(home.lake, truth, first)
    assert {one.kind: one.found for one in marks.attacks.profiles} == {"scalper": len(bots), "scraper_fixed": 0}
    assert {name: found for name, found in marks.tempted.items() if found} == {"gift_buyer": 1}
    assert [rule for rule, _ in marks.attacks.false_alerts] == ["speed"]
    print_marks(marks)
    lines = re.sub(r"\s+", " ", printed.getvalue())
    assert f"scalper {len(bots)} {len(bots)}" in lines
    assert re.search(r"scraper fixed 1 0 [\d,]+ never", lines)
    assert "1 of 2 attacks noticed" in lines
    assert "1 false alerts (speed)" in lines
    assert "1 of 2 look-alikes left alone" in lines
    carts = [row["state"] for row in truth.carts.to_pylist() if row["day"] < first]
    given_up, bought = sum(state in GIVEN_UP for state in carts), carts.count("bought")
    rate = demo.grade(Answers(home.lake), truth).carts
    assert rate.true == given_up / (given_up + bought)
    assert rate.error < 0.01


def _store(home: Home) -> Truth:
    """A small store with two attacks and two look-alikes on its last two days, brought in and counted."""
    store = Store(days=12, visitors=60, seed=5, zone="UTC")
    chosen = {"scalper", "scraper_fixed", "gift_buyer", "power_shopper"}
    assert chosen <= {*attackers(), *lookalikes()}
    file = home.path.parent / "simulated.parquet"
    truth = write(file, store, [one for one in demo.population(store) if one.name in chosen])
    home.ingest(file)
    home.build()
    return truth


def _say(home: Home, sessions: dict[str, datetime]) -> None:
    desk, store = Desk(MANNERS), EmbeddedIncidents(home.lake.layout)
    said = sorted((int(since.timestamp() * 1000) + 5_000, name) for name, since in sessions.items())
    findings = [found("speed", name, since, subject=Subject("session", name)) for since, name in said]
    for finding in findings:
        store.apply(desk.take([finding], finding.until))
    store.apply(desk.take([], findings[-1].until + 86_400_000))
    store.close()


def test_what_bots_had_moved_is_told_gross_and_net(home: Home, printed: StringIO) -> None:
    guarded = Guarded(Answers(fill(home).lake))
    assert (guarded.sentence(), guarded.tables()) == ("", [])
    desk, store = Desk(MANNERS), EmbeddedIncidents(home.lake.layout)
    store.apply(desk.take([found("flood", "203.0.113.9", ms("2019-10-02T12:00"))], ms("2019-10-02T13:00")))
    store.close()
    judge(home, verdict("ip", "203.0.113.9", ms("2019-10-02T00:00"), ms("2019-10-04T23:00")))
    home.build()
    guarded = Guarded(Answers(home.lake))
    assert guarded.sentence().startswith("[bold]1 incidents[/] by 1 rules: 1 addresses")
    assert "From 2 Oct to 4 Oct there were 3 visitors, not 4, and 3 USD at stake" in guarded.sentence()
    for table in guarded.tables():
        show.out.print(table)
    lines = re.sub(r" +", " ", printed.getvalue())
    assert "What bots had moved, from 2 Oct to 4 Oct" in lines
    assert "\nvisitors 4 4 3 +33.3 %" in lines
    assert "\nvisits 6 6 3 +100.0 %" in lines
    assert "\nvalue at stake 3 USD 3 USD 3 USD +0.0 %" in lines
    assert re.search(r"\nflood 1 02 Oct 12:00 203\.0\.113\.9 ", lines)


@pytest.mark.slow
def test_a_demo_run_again_prints_the_same_and_changes_no_figure(shell: Shell) -> None:
    arguments = ("demo", "--days", "9", "--visitors", "200", "--no-serve")
    first = shell(*arguments)
    assert first.code == 0, first
    for words in ("What bots had moved", "Incidents, the gravest of each rule", "The attacks there were"):
        assert words in first.out
    noticed = re.search(r"(\d+) of 17 attacks\s+noticed", first.out)
    assert noticed
    assert int(noticed[1]) >= 14
    kept = {path: path.read_bytes() for path in (shell.home / "marts").rglob("*") if path.is_file()}
    again = shell(*arguments)
    assert (again.code, again.out) == (0, first.out)
    assert kept == {path: path.read_bytes() for path in (shell.home / "marts").rglob("*") if path.is_file()}
