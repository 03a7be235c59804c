"""The weekly mail: whole, harmless, once a week, with words for those who see no pictures."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.config import Alerts, Digest, Settings, Store
from footfall.embedded.digest import compose, due, send, send_when_due
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.screen import EmbeddedPlane
from footfall.incident import Severity
from footfall.ports import FootfallError, GuardChanges
from footfall.web import digest as weekly
from footfall.web.digest_picture import HEIGHT, NOW, WIDTH, bars, png
from footfall.web.filters import Range
from tests.conftest import NEW_HOME, Home
from tests.embedded.channels import mail_server
from tests.web.conftest import fill, read
from tests.web.test_audit import incident

MONDAY = datetime(2026, 3, 16, 8, tzinfo=UTC)
"""The Monday after a whole week of the shop."""


def pixels(picture: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A picture of ours, read back."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    place, parts = 8, dict[bytes, bytes]()
    while place < len(picture):
        size = struct.unpack(">I", picture[place : place + 4])[0]
        kind, data = picture[place + 4 : place + 8], picture[place + 8 : place + 8 + size]
        assert struct.unpack(">I", picture[place + 8 + size : place + 12 + size])[0] == zlib.crc32(kind + data)
        parts[kind] = data
        place += 12 + size
    wide, high = struct.unpack(">II", parts[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(high, 1 + wide * 3)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(high, wide, 3)


def lake_of(home: Home, **digest: object) -> EmbeddedLake:
    """A home's lake with a digest to send."""
    settings = Settings(store=Store("Test", "UTC"), digest=Digest(to="log", **digest))  # type: ignore[arg-type]
    return EmbeddedLake(home.lake.layout, settings)


def test_a_picture_is_what_it_was_made_of() -> None:
    drawn = np.random.default_rng(1).integers(0, 255, (5, 9, 3), np.uint8)
    assert (pixels(png(drawn)) == drawn).all()


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=31), st.lists(st.floats(0, 1e12), max_size=40))
def test_bars_are_as_high_as_their_values(now: list[float], before: list[float]) -> None:
    picture = pixels(bars(now, before))
    assert picture.shape == (HEIGHT, WIDTH, 3)
    blue = (picture == NOW).all(axis=2).sum(axis=0)
    wide = WIDTH / len(now)
    heights = [int(blue[round((place + 0.6) * wide)]) for place in range(len(now))]
    top = max([*now, *before[: len(now)], *before, 1.0])
    for value, height in zip(now, heights, strict=True):
        assert abs(height - value / top * HEIGHT) <= 8


def test_the_week_is_the_last_whole_one(shop: Home) -> None:
    for day in (0, 6):
        told = compose(lake_of(shop), MONDAY + timedelta(days=day))
        assert told.subject == "Test: 9 Mar – 15 Mar 2026"
    assert compose(lake_of(shop), MONDAY + timedelta(days=300)).subject == "Test: 15 Mar – 21 Mar 2026"


def test_names_that_attack_are_text_in_a_mail(shop: Home) -> None:
    told = compose(lake_of(shop), MONDAY)
    page = read(told.html)
    assert {"script", "link", "iframe", "form"}.isdisjoint({tag for tag, _ in page.tags})
    sources = {attrs["src"] for tag, attrs in page.tags if tag == "img"}
    assert sources == {f"cid:{name}" for name in told.pictures}
    assert not [attrs for _, attrs in page.tags if any(name.startswith("on") for name in attrs)]
    assert len(told.html) < 60_000
    assert "\u202e" not in told.html + told.text


@given(st.text(max_size=60))
def test_no_name_begins_a_line_of_its_own(text: str) -> None:
    figure = {"title": "t", "shown": "1", "change": "", "beside": "", "bots": "", "tone": ""}
    days = Range(MONDAY.date(), MONDAY.date())
    brand = {"brand": text, "category": text}
    told = {"shop": text, "days": days, "figures": [figure], "charts": [], "brands": [brand], "attacks": [(text, 2)]}
    lines = weekly._text({**told, "page": ""}).splitlines()
    plain = {**told, "shop": "x", "brands": [{"brand": "x", "category": "x"}], "attacks": [("x", 2)], "page": ""}
    assert len(lines) == len(weekly._text(plain).splitlines())


def test_attacks_are_counted_and_crowds_are_not(new_home: NEW_HOME) -> None:
    home = new_home()
    fill(home)
    plane, at = EmbeddedPlane(lake_of(home)), int((MONDAY - timedelta(days=3)).timestamp() * 1000)
    attack = incident(opened=at, updated=at, closed=at)
    crowd = incident("cc" * 8, opened=at, updated=at, closed=at, severity=Severity.INFO, evidence={"title": "Crowd"})
    early = incident("dd" * 8, opened=at - 14 * 86_400_000, updated=at, closed=at, evidence={"title": "Too early"})
    plane.live.store.apply(GuardChanges(incidents=(attack, crowd, early)))
    text = compose(lake_of(home), MONDAY).text
    assert "1 × One address floods the store" in text
    assert "Crowd" not in text
    assert "Too early" not in text


def test_before_anything_came_in_there_is_no_digest(home: Home) -> None:
    with pytest.raises(FootfallError, match="footfall ingest"):
        compose(lake_of(home), MONDAY)


def test_it_is_due_once_a_week_from_its_hour(new_home: NEW_HOME) -> None:
    home = new_home()
    fill(home)
    lake, sent = lake_of(home, weekday=2, hour=9), list[datetime]()
    for hour in range(24 * 22):
        now = datetime(2026, 3, 9, tzinfo=UTC) + timedelta(hours=hour)
        if send_when_due(lake, now, lambda *_: ""):
            sent.append(now)
            assert not due(lake, now)
    assert [(now.isoweekday(), now.hour) for now in sent] == [(2, 9)] * 3


def test_where_no_channel_takes_it_it_is_tried_again(new_home: NEW_HOME) -> None:
    home = new_home()
    fill(home)
    lake = lake_of(home)
    with pytest.raises(FootfallError, match="down"):
        send_when_due(lake, MONDAY, lambda *_: "down")
    assert due(lake, MONDAY) == "2026-W12"
    assert send_when_due(lake, MONDAY, lambda *_: "")


def test_without_a_channel_nothing_is_due(shop: Home) -> None:
    lake = EmbeddedLake(shop.lake.layout, Settings(alerts=Alerts(channels="log")))
    assert due(lake, MONDAY) == ""


def test_a_mail_has_words_and_pictures(shop: Home) -> None:
    told = compose(lake_of(shop), MONDAY)
    told = replace(told, subject="The week")
    with mail_server() as channel:
        target = f"mailto://127.0.0.1:{channel.port}?from=a@shop.example&to=b@shop.example&mode=insecure"
        assert send(lake_of(shop), told, [target]) == []
    letter = message_from_string(channel.came[0], policy=policy.default)
    assert isinstance(letter, EmailMessage)
    parts = {part.get_content_type(): part for part in letter.walk()}
    assert "The week" in letter["subject"]
    assert "Unique visitors" in parts["text/plain"].get_content()
    assert 'src="cid:visitors.png"' in parts["text/html"].get_content()
    pictures = [part for part in letter.walk() if part.get_content_type() == "image/png"]
    assert {part["content-id"] for part in pictures} == {f"<{name}>" for name in told.pictures}
    assert {part.get_content_disposition() for part in pictures} == {"inline"}
    assert sorted(part.get_content() for part in pictures) == sorted(told.pictures.values())


def test_pictures_leave_nothing_behind(shop: Home) -> None:
    seen: list[Path] = []
    told = compose(lake_of(shop), MONDAY)

    def post(_target: str, _told: weekly.Digest, folder: Path) -> str:
        seen.append(folder)
        return ""

    assert send(lake_of(shop), told, ["log"], post) == []
    assert not seen[0].exists()
