"""What the Flink application makes of records of `raw`: the same law as everywhere, and nothing stops it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall import rules
from footfall.aws.flink.judgement import LONGEST, judged
from footfall.aws.flink.statements import plan
from footfall.detect.relation import COLUMNS
from footfall.event import FIELDS, NAMES

pytestmark = pytest.mark.slow
NUMBER = "49600000000000000000000000000000000000000000000000000001"
NOON = "2026-01-02T12:00:00.000006Z"
VIEW = {"event_time": NOON, "event_type": "view", "product_id": "p", "user_id": "u", "received_at": NOON}
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just(NOON), st.sampled_from(["view"])
)
JSON = st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=5)), VALUES, max_size=12)
LINES = st.one_of(
    st.binary(max_size=60),
    JSON.map(lambda row: json.dumps(row).encode()),
    JSON.map(lambda row: json.dumps(VIEW | row).encode()),
    st.integers().map(lambda beat: b'{"beat": %d}' % beat),
)


def one(line: dict[str, Any] | bytes, arrived: int = 0) -> dict[str, Any]:
    """What becomes of one record."""
    data = line if isinstance(line, bytes) else json.dumps(line).encode()
    return {name: values[0] for name, values in judged([data], [arrived], [NUMBER]).items()}


def test_an_event_goes_on_as_it_is_and_to_the_rules_as_they_read_it() -> None:
    row = one(VIEW | {"ip": "198.51.100.7", "user_agent": "Googlebot/2.1", "extra": {"a": [1]}, "price": 1299})
    assert json.loads(row["clean"]) == VIEW | {
        "ip": "198.51.100.7",
        "user_agent": "Googlebot/2.1",
        "extra": {"a": [1]},
        "price": 1299,
    }
    told = {"event_time": 1_767_355_200_000, "received_at": 1_767_355_200_000, "event_type": "view", "product_id": "p"}
    told |= {"visitor": "u", "network": "198.51.100.0/24", "crawler": "googlebot", "verified": 0, "price": 1299}
    assert {name: row[name] for name in told} == told
    assert row["letter"] is None


def test_an_event_that_nobody_stamped_was_received_when_kinesis_took_it() -> None:
    row = one({name: value for name, value in VIEW.items() if name != "received_at"}, 1_767_355_201_500)
    assert row["received_at"] == 1_767_355_201_500
    assert json.loads(row["clean"])["received_at"] == "2026-01-02T12:00:01.500000Z"


def test_copies_are_told_by_their_id_and_come_in_order_of_time_and_arrival() -> None:
    lines = [json.dumps(event).encode() for event in (VIEW | {"event_id": "e"}, VIEW | {"event_id": "e"}, VIEW)]
    found = judged(lines, [0] * 3, ["9", "10", "11"])
    assert found["one"] == ["e", "e", found["place"][2]]
    assert found["place"] == sorted(set(found["place"]))


def test_a_request_is_kept_and_no_event_for_the_rules() -> None:
    row = one(VIEW | {"event_type": "request"})
    assert row["clean"]
    assert {name: row[name] for name in COLUMNS} == dict.fromkeys(COLUMNS) | {"event_time": 0}


def test_a_beat_lets_time_pass_and_is_nothing_else() -> None:
    row = one(b'{"beat": 1767355201500}')
    assert row == dict.fromkeys(row) | {"event_time": 0, "received_at": 1_767_355_201_500}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"\xff\xfe", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"beat": "now"}', "event_time: missing"),
        (json.dumps(VIEW | {"event_type": "oops"}).encode(), "event_type: not one of the known"),
        (json.dumps(VIEW | {"price": "1.5"}).encode(), "price: not money"),
    ],
)
def test_what_is_no_event_is_a_dead_letter(line: bytes, reason: str) -> None:
    row = one(line)
    assert json.loads(row["letter"]) == {
        "letter": "raw",
        "line": 0,
        "reason": reason,
        "row": line.decode("utf-8", "replace"),
    }
    assert row["clean"] is None
    assert row["received_at"] is None


def test_what_would_not_fit_into_a_record_any_more_is_a_dead_letter() -> None:
    fields = {known.name for known in FIELDS if known.kind == "text" and known.name != "event_type"}
    row = one(VIEW | dict.fromkeys(fields, "x" * 65_000) | {"extra": {"a": "x" * 65_000}})
    assert row["clean"] is None
    assert json.loads(row["letter"])["reason"] == f"longer than {LONGEST:,} bytes"
    assert len(row["letter"]) < 100_000
    assert row["event_type"] is None


@given(st.lists(LINES, max_size=8))
def test_each_record_becomes_one_thing_whatever_else_comes_with_it(lines: list[bytes]) -> None:
    arrived = [1_767_355_200_000 + place for place in range(len(lines))]
    together = judged(lines, arrived, [NUMBER] * len(lines))
    for place, line in enumerate(lines):
        alone = one(line, arrived[place])
        assert alone == {name: values[place] for name, values in together.items()}
        beats = alone["event_time"] == 0 and alone["received_at"] is not None
        assert [alone["clean"] is not None, alone["letter"] is not None, beats].count(True) == 1


def test_every_watch_and_every_feed_is_told() -> None:
    names = [name for each in plan()["signals"] for name in re.findall(r"KEY '(?:watch|feed)' VALUE '([\w.]+)'", each)]
    assert names == [*(watch.id for rule in rules.rules().values() for watch in rule.watches), *rules.feeds()]
