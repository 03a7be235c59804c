"""Verdicts restate the figures: as if the bots had been known from the start, only where they were, and back again."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall import insights
from footfall.detect.spans import Span, spans
from footfall.embedded.incident_store import standing_verdicts
from footfall.embedded.judged import Days, by_day
from footfall.embedded.marts import mart
from tests.conftest import NEW_HOME, Home, event, jsonl
from tests.embedded.judging import fill, judge, ms, verdict, withdraw
from tests.embedded.worlds import AGENTS, world

CRAWLER = AGENTS[2]


def live(home: Home) -> dict[tuple[str, date], str]:
    """The live file of every mart and day."""
    names = [path.name for path in (home.path / "marts").iterdir() if path.is_dir()]
    return {(name, day): file.name for name in names for day, file in mart(home.lake.layout, name).days().items()}


def crew(events: Sequence[Mapping[str, Any]], draw: random.Random) -> set[str]:
    """Some sessions in which nobody buys."""
    buying = {row.get("user_session") for row in events if row["event_type"] == "purchase"}
    quiet = sorted({row["user_session"] for row in events if "user_session" in row} - buying)
    return set(draw.sample(quiet, len(quiet) // 2))


@pytest.mark.parametrize(("kind", "seed"), [("session", 1), ("ip", 2), ("actor", 3)])
def test_verdicts_make_the_figures_of_a_store_in_which_the_bots_said_so(
    new_home: NEW_HOME, kind: str, seed: int
) -> None:
    events = world(seed, 5, 60)
    bots = {name: f"203.0.113.{n}" for n, name in enumerate(sorted(crew(events, random.Random(seed))))}
    assert len(bots) > 3
    placed = [{**row, "ip": bots[row["user_session"]]} if row.get("user_session") in bots else row for row in events]
    honest, judged = new_home(timezone="Europe/Berlin"), new_home(timezone="Europe/Berlin")
    honest.take(jsonl([{**row, "user_agent": CRAWLER} if "ip" in row else row for row in placed]))
    honest.build()
    judged.take(jsonl([{**row, "user_agent": "Mozilla/5.0"} if "ip" in row else row for row in placed]))
    judged.build()
    before = judged.marts()
    judge(judged, *(verdict(kind, ip if kind == "ip" else name, klass="GIVT") for name, ip in bots.items()))
    judged.build()
    after, wanted = judged.marts(), honest.marts()
    assert after["session_days"] != before["session_days"]
    for name in (*insights.daily(), *insights.history(), *insights.standing()):
        assert after[name] == wanted[name], name


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))])
def test_bit_by_bit_with_verdicts_that_come_and_go_is_the_same_as_all_at_once(new_home: NEW_HOME, seed: int) -> None:
    draw = random.Random(seed)
    events = [{**row, "ip": f"203.0.113.{draw.randrange(3)}"} for row in world(seed, 5, 60)]
    events.sort(key=lambda row: row["event_time"])
    subjects = [("session", row["user_session"]) for row in events if "user_session" in row]
    subjects += [("visitor", row["user_id"]) for row in events if "user_id" in row]
    subjects += [("ip", row["ip"]) for row in events]
    times = [ms(row["event_time"][:19]) for row in events]
    pool = []
    for number in range(12):
        since, until = sorted(draw.sample(times, 2))
        fields = {
            "id": str(number),
            "threat": draw.choice(["OAT-011", "OAT-001"]),
            "klass": draw.choice(["SIVT", "GIVT"]),
        }
        pool.append(verdict(*draw.choice(subjects), since, until, **fields))
    slowly, at_once = new_home(timezone="Europe/Berlin"), new_home(timezone="Europe/Berlin", threads=2)
    for part in (events[: len(events) // 2], events[len(events) // 2 :], events[:1]):
        slowly.take(jsonl(part))
        slowly.build()
        judge(slowly, *draw.sample(pool, 5))
        slowly.build()
        withdraw(slowly, *(one for one in standing_verdicts(slowly.lake.layout) if draw.random() < 0.2))
        slowly.build()
    judge(at_once, *standing_verdicts(slowly.lake.layout))
    at_once.take(jsonl(events))
    at_once.build()
    assert standing_verdicts(at_once.lake.layout)
    assert slowly.marts() == at_once.marts()
    assert slowly.build().counted == 0


@pytest.fixture
def shop(home: Home) -> Home:
    """See ``judging.fill``."""
    return fill(home)


def test_a_verdict_restates_the_days_it_touches_and_no_others(shop: Home) -> None:
    before = live(shop)
    judge(
        shop,
        verdict("session", "b4"),
        verdict("ip", "203.0.113.9", ms("2019-10-07T23:00:00"), ms("2019-10-08T12:00:00")),
    )
    report = shop.build()
    changed = {
        day.day for (name, day), file in live(shop).items() if name in insights.daily() and before[name, day] != file
    }
    assert (report.counted, changed) == (10, {4, 8})


def test_a_verdict_with_an_end_touches_only_the_days_up_to_it(shop: Home) -> None:
    judge(shop, verdict("visitor", "bot", ms("2019-10-03T00:00:00"), ms("2019-10-05T12:00:00")))
    assert shop.build().counted == 3
    grown = verdict("visitor", "bot", ms("2019-10-03T00:00:00"), ms("2019-10-06T12:00:00"))
    judge(shop, grown)
    assert shop.build().counted == 2
    assert shop.build().counted == 0
    visitors = {day.day: row["sessions_net"] for day, row in shop.mart("session_days")}
    assert visitors == {day: 1 if 3 <= day <= 6 else 2 for day in range(1, 11)}


@pytest.mark.parametrize("kind", ["session", "ip", "visitor", "actor"])
def test_a_withdrawn_verdict_gives_every_former_figure_back_byte_for_byte(shop: Home, kind: str) -> None:
    names = {"session": "b4", "ip": "203.0.113.9", "visitor": "bot", "actor": "b4"}
    before = {name: content for name, content in shop.files().items() if name.startswith("marts/")}
    files = live(shop)
    found = verdict(kind, names[kind])
    judge(shop, found)
    shop.build()
    assert live(shop) != files
    withdraw(shop, found)
    shop.build()
    after = {name: content for name, content in shop.files().items() if name.startswith("marts/")}
    assert after.pop("marts/verdicts.json") == b"{}"
    assert len(after.pop("marts/changes.jsonl").splitlines()) > 0
    assert after == before


@pytest.mark.parametrize(
    "fields", [{"confidence": 89}, {"evidence": {"people": 5}}, {"withdrawn": 1}, {"evidence": {"purchases": 1}}]
)
def test_a_verdict_that_does_not_exclude_changes_nothing(shop: Home, fields: dict[str, Any]) -> None:
    before = live(shop)
    judge(shop, verdict("session", "b4", **fields))
    assert shop.build().counted == 0
    assert live(shop) == before


def bots(home: Home) -> dict[str, int]:
    """Of every cart event its product and whose it is."""
    return {row["product_id"]: row["bot"] for _, row in home.mart("cart_events")}


def test_a_verdict_holds_from_its_first_to_its_last_millisecond(home: Home) -> None:
    times = ["12:00:59.999", "12:01:00.000", "12:02:00.000", "12:02:00.001"]
    home.take(jsonl([event(f"2019-10-01T{time}Z", "cart", product_id=time) for time in times]))
    judge(home, verdict("session", "s", ms("2019-10-01T12:01:00"), ms("2019-10-01T12:02:00")))
    home.build("cart_events")
    assert list(bots(home).values()) == [0, 1, 1, 0]


@pytest.mark.parametrize(("threat", "bot"), [("OAT-011", 0), ("OAT-021", 0), ("OAT-005", 1), ("OAT-001, OAT-010", 1)])
@pytest.mark.parametrize("kind", ["session", "ip", "visitor", "agent"])
def test_who_buys_stays_unless_buying_is_the_threat(home: Home, kind: str, threat: str, bot: int) -> None:
    said = {"ip": "203.0.113.9", "user_agent": "Mozilla/5.0"}
    home.take(
        jsonl(
            [
                event("2019-10-01T23:50:00Z", "cart", product_id="before", **said),
                event("2019-10-02T00:10:00Z", "purchase", product_id="after", **said),
                event("2019-10-02T09:00:00Z", "cart", product_id="other", user_session="s2", **said),
            ]
        )
    )
    judge(
        home,
        verdict(kind, {"session": "s", "visitor": "u", "agent": "Mozilla/5.0"}.get(kind, said["ip"]), threat=threat),
    )
    home.build("cart_events")
    assert bots(home) == {"before": bot, "after": bot, "other": 0 if kind == "session" else 1}


def test_a_purchase_given_back_is_not_honoured(home: Home) -> None:
    home.take(jsonl([event("2019-10-01T12:00:00Z", "purchase"), event("2019-10-01T12:10:00Z", "refund")]))
    judge(home, verdict("session", "s"))
    home.build("cart_events")
    assert bots(home) == {"p": 1}


@pytest.mark.parametrize(("people", "kept"), [(5, True), (4, False)])
def test_people_who_share_an_address_stay_and_the_machine_among_them_goes(home: Home, people: int, kept: bool) -> None:
    start = datetime(2019, 10, 1, 12, tzinfo=UTC)
    pauses = [0, 3, 40, 52, 160]
    rows = [
        event(
            start + timedelta(seconds=pause, minutes=who),
            "cart",
            product_id=f"p{who}",
            user_session=f"s{who}",
            user_id=f"u{who}",
        )
        for who in range(people)
        for pause in pauses
    ]
    rows += [
        event(start + timedelta(seconds=n), "cart", product_id="m", user_session="machine", user_id="m")
        for n in range(9)
    ]
    home.take(jsonl([{**row, "ip": "203.0.113.9"} for row in rows]))
    judge(home, verdict("ip", "203.0.113.9"))
    home.build("cart_events")
    assert bots(home) == {"m": 1, **{f"p{who}": 0 if kept else 1 for who in range(people)}}


def test_a_bot_that_says_so_stays_known(home: Home) -> None:
    home.take(jsonl([event("2019-10-01T12:00:00Z", "cart", user_agent=CRAWLER)]))
    judge(home, verdict("session", "s"))
    home.build("cart_events")
    assert bots(home) == {"p": 2}


def told(judged: Iterable[Span]) -> dict[tuple[str, int], tuple[int, bool]]:
    """At every moment what is said of a subject."""
    return {(span.name, at): (span.bot, span.stern) for span in judged for at in range(span.since, span.until + 1)}


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(0, 9), st.booleans(), st.booleans()),
        max_size=8,
    )
)
def test_spans_say_of_every_moment_the_gravest_that_verdicts_say(
    given_spans: list[tuple[str, int, int, bool, bool]],
) -> None:
    verdicts = [
        verdict(
            "ip",
            name,
            at,
            at + more,
            id=str(n),
            klass="GIVT" if known else "SIVT",
            threat="OAT-001" if stern else "OAT-011",
        )
        for n, (name, at, more, known, stern) in enumerate(given_spans)
    ]
    expected: dict[tuple[str, int], tuple[int, bool]] = {}
    for name, at, more, known, stern in given_spans:
        for moment in range(at, at + more + 1):
            bot, even = expected.get((name, moment), (1, False))
            expected[name, moment] = (max(bot, 1 + known), even or stern)
    cut = spans(verdicts)
    assert told(cut) == expected
    assert len(told(cut)) == sum(span.until - span.since + 1 for span in cut)
    days = {date(2020, 1, n + 1): (10 * n, 10 * n + 10) for n in (0, 1, 3)}
    parts = by_day(cut, Days(days))
    within = {moment: what for moment, what in expected.items() if any(a <= moment[1] < b for a, b in days.values())}
    assert told(span for listed in parts.values() for span in listed) == within
    for day, listed in parts.items():
        assert all(days[day][0] <= span.since <= span.until < days[day][1] for span in listed)
