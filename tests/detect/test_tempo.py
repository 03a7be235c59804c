"""People and bots by the second: together they are every event, and who is found out was a bot before."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from footfall.detect.tempo import AGAIN, FORGET, FRESH, KEPT, Tempo
from footfall.incident import Alert, Severity, Subject
from tests.detect.conftest import as_relation

NOW = 1_760_000_000_000
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36"
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def event(ago: int, ip: str = "203.0.113.1", agent: str = BROWSER, session: str | None = "s") -> dict[str, Any]:
    """A view some milliseconds ago."""
    time = NOW - ago
    about = {"ip": ip, "user_agent": agent, "user_session": session}
    return {"event_time": time, "received_at": time, "event_type": "view", **about}


def table(*events: dict[str, Any]) -> pa.Table:
    """Events as the guard keeps them."""
    return as_relation(list(events))


def alert(kind: str, name: str, last: int = NOW, severity: Severity = Severity.HIGH, *members: Subject) -> Alert:
    """An alert about a source."""
    counts: dict[str, int] = {}
    return Alert("a", "r", 1, Subject(kind, name), severity, 95, last, last, last, last, counts, {}, members)


def split(seconds: list[tuple[int, int, int]]) -> tuple[int, int]:
    """Events of people and of bots, all seconds together."""
    return sum(one[1] for one in seconds), sum(one[2] for one in seconds)


@given(st.lists(st.tuples(st.integers(1, FRESH - 1_000), st.sampled_from("123"), st.booleans()), min_size=1))
def test_together_they_are_every_event(drawn: list[tuple[int, str, bool]]) -> None:
    tempo = Tempo()
    tempo.learn([alert("ip", "203.0.113.2")])
    events = [event(ago, f"203.0.113.{ip}", CRAWLER if crawls else BROWSER) for ago, ip, crawls in drawn]
    since = tempo.span(NOW)
    assert since == NOW - AGAIN
    bots = sum(ip == "2" or crawls for _, ip, crawls in drawn)
    seconds = tempo.count(table(*events), NOW)
    assert split(seconds) == (len(drawn) - bots, bots)
    assert [at for at, *_ in seconds] == list(range(since // 1_000, NOW // 1_000))


def test_who_is_found_out_was_a_bot_before() -> None:
    tempo = Tempo()
    events = table(event(9_000), event(60_000), event(9_500, ip="203.0.113.7"))
    assert split(tempo.count(events, NOW)) == (2, 0)
    tempo.learn([alert("ip", "203.0.113.1")])
    assert tempo.span(NOW) == NOW - AGAIN
    assert split(tempo.count(events, NOW)) == (1, 2)
    assert tempo.span(NOW) == NOW - FRESH


def test_of_an_agent_in_many_hands_only_the_members_are_bots() -> None:
    tempo = Tempo()
    tempo.learn([alert("agent", BROWSER, NOW, Severity.HIGH, Subject("ip", "203.0.113.1"))])
    assert split(tempo.count(table(event(2_000), event(2_000, ip="203.0.113.7")), NOW)) == (1, 1)


def test_a_crowd_and_the_whole_site_make_nobody_a_bot() -> None:
    tempo = Tempo()
    tempo.learn([alert("site", "site"), alert("ip", "203.0.113.1", NOW, Severity.INFO)])
    assert split(tempo.count(table(event(2_000)), NOW)) == (1, 0)


def test_a_source_is_forgotten_and_so_are_old_seconds() -> None:
    tempo = Tempo()
    tempo.learn([alert("session", "s")])
    assert split(tempo.count(table(event(2_000)), NOW)) == (0, 1)
    later = NOW + FORGET
    tempo.count(table(event(2_000)), later)
    again = {**event(0), "event_time": later - 2_000, "received_at": later - 2_000}
    seconds = tempo.count(table(again), later)
    assert split(seconds) == (1, 0)
    assert len(seconds) <= KEPT


def test_what_is_said_to_happen_later_is_left_out() -> None:
    assert split(Tempo().count(table(event(-5_000), event(2_000)), NOW)) == (1, 0)
