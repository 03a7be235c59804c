"""Marks that can be checked by hand: who was found, how soon, who was flagged for nothing."""

from __future__ import annotations

import pyarrow as pa

from footfall.detect.grade import COLUMNS, Alarm, Card, Label, Profile, mark
from footfall.detect.report import report
from footfall.incident import Severity, Subject

BOT = Label("bot", "scraper")
LABELS = {"s1": BOT, "s2": BOT, "s9": Label("bot", "crawler"), "o1": Label("person", "office")}


def events(*rows: tuple[float, str, str]) -> pa.Table:
    """Events as (second, session, address)."""
    columns = {
        **dict.fromkeys(COLUMNS.values(), [None] * len(rows)),
        "event_time": [int(1000 * second) for second, _, _ in rows],
        "actor": [session for _, session, _ in rows],
        "user_session": [session for _, session, _ in rows],
        "ip": [ip for _, _, ip in rows],
    }
    return pa.table(columns)


STORE = events(
    *((10 + n, "s1", "a") for n in range(10)),
    *((12 + n, "s2", "b") for n in range(5)),
    (11, "p1", "a"),
    (40, "p1", "a"),
    (15, "p2", "c"),
    (15, "o1", "d"),
    (15, "s9", "e"),
)


def alert(kind: str, name: str, said: int, severity: Severity = Severity.HIGH, *, score: int = 60) -> Alarm:
    """An alert that covers everything up to the moment it was said, and ten seconds more."""
    return Alarm("rule", (Subject(kind, name),), severity, said * 1000, 0, said * 1000 + 10_000, score)


def marked(*alarms: Alarm) -> Card:
    """The card of the store above."""
    return mark(STORE, LABELS, {"scraper"}, alarms)


def test_an_alert_of_a_session_finds_that_source_alone() -> None:
    card = marked(alert("session", "s1", 16))
    assert card.profiles == [Profile("scraper", 2, 1, 0, 6.0, 10, {"rule"}, 6.0)]
    assert (card.people, card.flagged_people, card.false_alerts) == (3, 0, [])


def test_an_alert_of_an_address_flags_everybody_who_used_it_meanwhile() -> None:
    card = marked(alert("ip", "a", 16))
    assert (card.profiles[0].found, card.profiles[0].people, card.flagged_people) == (1, 1, 1)
    assert sorted(card.scores) == [(60, ""), (60, "scraper")]


def test_the_first_alert_counts_for_the_time_to_detect() -> None:
    card = marked(alert("session", "s2", 30), alert("session", "s1", 14), alert("session", "s1", 20))
    assert (card.profiles[0].found, card.profiles[0].seconds, card.profiles[0].leaked) == (2, 4.0, 6)


def test_a_flood_is_timed_from_its_first_event_and_from_when_it_is_loud() -> None:
    slow = [(10 * n, "s1", "a") for n in range(50)] + [(500 + n / 20, "s1", "a") for n in range(200)]
    others = [(n / 2, f"p{n}", "c") for n in range(1200)]
    for said, seconds, loud in ((300, 300.0, 0.0), (505, 505.0, 5.0)):
        card = mark(events(*slow, *others), LABELS, {"scraper"}, [alert("session", "s1", said)])
        assert (card.profiles[0].seconds, card.profiles[0].loud_seconds) == (seconds, loud)
        told = report([card], floods={"scraper"}, apart=set())["ttd_seconds"]
        assert (told["floods"]["p50"], told["loud_floods"]["p50"]) == (seconds, loud)


def test_what_names_no_attacker_is_false_even_when_it_names_a_bot() -> None:
    card = marked(
        alert("session", "p2", 16), alert("session", "s9", 16, Severity.CRITICAL), alert("session", "nobody", 16)
    )
    assert [subject for _, subject in card.false_alerts] == ["p2", "s9", "nobody"]
    assert (card.critical_on_lookalikes, card.flagged_people, card.profiles[0].leaked) == (1, 1, 15)


def test_information_is_no_alert() -> None:
    assert marked(alert("session", "p2", 16, Severity.INFO)).false_alerts == []


def test_the_report_adds_stores_up() -> None:
    cards = [marked(alert("ip", "a", 16), alert("session", "s2", 20)), marked(alert("session", "p2", 16))]
    told = report(cards, floods=set(), apart=set())
    assert told["overall"] == {
        "precision": 0.5,
        "recall": 0.5,
        "macro_f1": round(2 * 2 / (2 + 1 + 4), 4),
        "recall_at_fpr_0001": 0.0,
    }
    never = {"p50": None, "p99": None}
    assert told["ttd_seconds"] == {"floods": never, "bots": {"p50": 6.0, "p99": None}, "loud_floods": never}
    assert (told["false_alerts"]["per_million_events"], told["seeds"], told["events"]) == (100_000.0, 2, 40)


def test_a_kind_stated_apart_is_in_no_average() -> None:
    told = report([marked(alert("session", "s1", 16))], floods=set(), apart={"scraper"})
    assert told["overall"]["macro_f1"] is None
    assert told["profiles"][0]["f1"] == round(2 / 3, 4)
