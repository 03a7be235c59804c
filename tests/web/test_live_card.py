"""Incidents as people read them: whatever an attacker sends is text, a crowd is none, the usual is beside the count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from footfall.config import Store
from footfall.incident import Alert, Severity, Subject
from footfall.ports import GuardChanges
from footfall.web.formats import UNSEEN
from footfall.web.live import MINUTES
from footfall.web.live_card import BEYOND, Card, card, crowd, usual
from footfall.web.render import fragment
from tests.conftest import temporary_folder
from tests.web.conftest import HOSTILE, read
from tests.web.doors import NOON, Door
from tests.web.test_audit import KEY, incident

TEXTS = st.text(min_size=1, max_size=40) | st.sampled_from(
    [*HOSTILE, "</article>", "<!--", "]]>", "\u2066\u202e", "\x00\r\n"]
)
SIZES = 10
ZONE = ZoneInfo("Europe/Berlin")


def alert(text: str) -> Alert:
    """An alert whose evidence says a text wherever an attacker may say something."""
    event = {
        "event_time": NOON,
        "event_type": "page",
        "path": text,
        "product_id": text,
        "ip": text,
        "user_agent": text,
        "user_session": text,
        "user_id": text,
        "status": 200,
    }
    evidence: dict[str, Any] = {"window": 10_000, "samples": [event, event], "top_agents": [(text, 3)]}
    evidence |= {"top_paths": [(text, 2)], "top_products": [(text, 2)], "top_addresses": [(text, 1)]}
    return Alert(
        "a1", "source_flood", 1, Subject("agent", text), Severity.HIGH, 95, NOON, NOON, NOON, NOON, {}, evidence
    )


def hostile(text: str) -> Card:
    """A card that says a text wherever it can."""
    said = {"who": text, "when": NOON, "note": text}
    evidence = {"title": text, "counts": {"events": 5, "usual_events": 1}, "window": 10_000, "top": [[text, 5]]}
    return card(incident(headline=text, acknowledged=said, evidence=evidence, rule=text), [alert(text)], ZONE)


def written(one: Card, acts: bool = True, asks: bool = True) -> str:
    """A card as the page has it."""
    return fragment(Store(), "live_card.html", card=one, acts=acts, asks=asks, minutes=MINUTES, open=True)


@settings(max_examples=60)
@example(HOSTILE[0])
@example(HOSTILE[1])
@given(TEXTS)
def test_a_card_is_made_of_the_same_parts_whatever_is_said(text: str) -> None:
    html = written(hostile(text))
    assert read(html).shape == read(written(hostile("plain"))).shape
    assert not UNSEEN.search(html.replace("\n", ""))
    assert len(html) < 20_000


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    """A dashboard with one incident, to be replaced."""
    with temporary_folder() as folder:
        yield Door(folder / "home")


def shown(door: Door, text: str) -> dict[str, str]:
    """Every page that speaks of an incident."""
    one = hostile(text).incident
    one.rule = "source_flood"
    store = door.plane.live.store
    store.apply(GuardChanges(incidents=(one,), alerts=((one.id, alert(text)),)))
    store.acknowledge(KEY, text, NOON, text)
    pages = {path: door.browser().get(path) for path in ("/live", f"/incidents/{KEY}", "/trail")}
    assert {answer.status_code for answer in pages.values()} == {200}
    return {path: answer.text for path, answer in pages.items()}


@settings(max_examples=SIZES)
@example(HOSTILE[0])
@example(HOSTILE[3])
@given(TEXTS.filter(lambda text: "\x00" not in text))
def test_pages_have_no_part_that_an_attacker_made(door: Door, text: str) -> None:
    pages = shown(door, text)
    for html in pages.values():
        tags = read(html).tags
        assert not [attrs for _, attrs in tags if any(name.startswith("on") or name == "style" for name in attrs)]
        scripts = [attrs.get("src") or "" for tag, attrs in tags if tag == "script"]
        assert all(re.fullmatch(r"/static/[a-z]+\.js\?v=[0-9a-f]+", source) for source in scripts)
        assert {"img", "iframe", "object", "embed", "base", "i", "u"}.isdisjoint({tag for tag, _ in tags})


def test_a_crowd_is_marked_as_people_and_never_as_an_attack() -> None:
    one = incident(
        rule="surge", severity=Severity.INFO, subject_kind="site", headline="The store saw 900 events in 1 min"
    )
    html = written(card(one, [], ZONE))
    assert crowd(one)
    assert "Flash crowd" in html
    assert "people, no attack" in html
    assert 'data-attack="0"' in html
    assert "Acknowledge" not in html
    assert "Blocklist" not in html


def test_a_viewer_sees_all_and_has_no_button() -> None:
    html = written(hostile("plain"), acts=False)
    assert "<form" not in html
    assert "2 of its events" in html


def test_who_is_known_is_not_asked() -> None:
    assert 'name="who"' in written(card(incident(), [], ZONE), asks=True)
    assert 'name="who"' not in written(card(incident(), [], ZONE), asks=False)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"events": 469, "usual_events": 75}, "469 events in 1 min, 6.3 × the 75 usual at this hour."),
        ({"events": 5100, "usual_events": 75}, "5,100 events in 1 min, 68 × the 75 usual at this hour."),
        ({"failed": 9, "usual_failed": 0}, "9 failures in 1 min, where none are usual at this hour."),
        ({"events": 412}, BEYOND),
        ({}, BEYOND),
    ],
)
def test_the_usual_stands_beside_the_count(counts: dict[str, int], said: str) -> None:
    assert usual(incident(evidence={"counts": counts, "window": 60_000})) == said


def test_a_mute_that_is_over_is_not_shown_as_one() -> None:
    assert "muted until" in written(card(incident(muted_until=4_000_000_000_000), [], ZONE))
