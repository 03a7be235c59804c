"""What holds of every dialect: whatever comes, rows the log can judge or a reason; fields stand in their places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.event import NAMES
from footfall.ingest import rows as raw
from footfall.ingest.dialects import MISUNDERSTOOD, Arrival, Meaning, ga4, own, segment, snowplow, translate
from footfall.ingest.dialects.values import minor, place, whole
from footfall.ingest.validate import validate
from tests.ingest.dialects.told import AT, told

PAYLOADS = Path(__file__).parents[2] / "payloads"
MEANINGS: dict[str, Meaning] = {"segment": segment.rows, "snowplow": snowplow.rows, "ga4": ga4.rows, "own": own.rows}
WORDS = st.sampled_from(
    [
        *("type", "event", "track", "page", "identify", "Order Completed", "Product Viewed", "properties", "products"),
        *(
            "context",
            "ip",
            "userId",
            "messageId",
            "timestamp",
            "sentAt",
            "e",
            "ue",
            "pv",
            "se",
            "ti",
            "ue_pr",
            "co",
            "dtm",
        ),
        *("data", "schema", "se_ac", "event_name", "purchase", "items", "item_id", "event_params", "key", "value"),
        *("event_timestamp", "price", "quantity", "product_id", "2026-11-23T03:16:02Z", "1795403762453", "\0", "19.99"),
        *("event_time", "event_type", "view", "user_id", "extra", "page_location", "url", "http://[", "campaign"),
    ]
)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=8),
    max_leaves=20,
)


@pytest.mark.parametrize("dialect", sorted(MEANINGS))
@given(events=st.lists(ANYTHING, max_size=4))
def test_whatever_comes_becomes_rows_or_reasons(dialect: str, events: list[Any]) -> None:
    done = translate(events, MEANINGS[dialect], Arrival(received_at=AT, ip="192.0.2.1"))
    assert all(reason and event in events and MISUNDERSTOOD not in reason for reason, event in done.refused)
    assert all(type(row) is raw.Row for row in done.rows)
    try:
        msgspec.json.encode(done.rows)
    except UnicodeEncodeError:
        return
    validate(raw.table(done.rows))


def test_a_dialect_that_stumbles_loses_nothing() -> None:
    def stumbles(event: Any, _arrival: Arrival) -> list[Any]:
        return [1 // event]

    done = translate([0, 1], stumbles, Arrival())
    assert done.rows == [1]
    assert done.refused == [(f"{MISUNDERSTOOD} (ZeroDivisionError)", 0)]


PLACED: dict[str, dict[str, Any]] = {
    "segment": {
        "type": "track",
        "event": "Product Viewed",
        "timestamp": "2026-11-23T03:16:02Z",
        "receivedAt": "2026-11-23T03:16:03Z",
        "userId": "user_id",
        "anonymousId": "anon_id",
        "messageId": "event_id",
        "properties": {
            "product_id": "product_id",
            "category_id": "category_id",
            "category": "category_code",
            "brand": "brand",
            "price": 6,
            "quantity": 13,
            "order_id": "order_id",
            "currency": "currency",
            "path": "path",
            "referrer": "referrer",
            "x": "extra",
        },
        "context": {
            "sessionId": "user_session",
            "ip": "ip",
            "userAgent": "user_agent",
            "campaign": {"source": "campaign"},
        },
    },
    "snowplow": {
        "e": "ti",
        "dtm": "1795403762000",
        "uid": "user_id",
        "duid": "anon_id",
        "sid": "user_session",
        "eid": "event_id",
        "ti_sk": "product_id",
        "ti_ca": "category_code",
        "ti_pr": 6,
        "ti_qu": 13,
        "ti_id": "order_id",
        "ti_cu": "currency",
        "ip": "ip",
        "ua": "user_agent",
        "url": "path",
        "refr": "referrer",
    },
}
"""Events whose every value names the field it must stand in."""


@pytest.mark.parametrize("dialect", ["segment", "snowplow"])
def test_a_rows_values_stand_in_the_places_of_their_fields(dialect: str) -> None:
    """Rows are made by place: each value here names the field it must stand in."""
    row = told(MEANINGS[dialect](PLACED[dialect], Arrival()))[0]
    said = {name for name in NAMES if f": '{name}'" in str(PLACED[dialect])} - {"path", "extra"}
    assert {name for name, value in row.items() if value == name} - {"path"} == said
    assert row["path"] == "path"
    assert (row["price"], row["quantity"]) == (600, 13)


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_what_real_clients_sent_is_lawful_to_the_last_event(path: Path) -> None:
    payload = json.loads(path.read_text("utf-8"))
    body = payload["body"]
    if not body:
        return
    dialect = segment if payload["path"].startswith("/v1/") else snowplow
    done = translate(dialect.events(body), dialect.rows, Arrival(received_at=AT, ip="192.0.2.1"))
    assert len(done.rows) >= len(body.get("batch") or body["data"])
    assert done.refused == []
    events, reasons = validate(raw.table(done.rows))
    assert [reasons.of(row) for row in range(reasons.rows)] == [""] * len(done.rows)
    assert pa.compute.all(pa.compute.is_valid(events.column("event_id"))).as_py()


@given(st.decimals(min_value=0, max_value=10**9, places=4), st.sampled_from([0, 2, 3]))
def test_money_told_as_text_and_as_a_number_is_the_same(amount: Any, digits: int) -> None:
    exact = round(amount.scaleb(digits))
    assert minor(str(amount), digits) == exact
    assert abs((minor(float(amount), digits) or 0) - exact) <= 1


@given(st.text() | WORDS)
def test_any_address_of_a_page_has_a_place_or_none(url: str) -> None:
    path, source = place(url)
    assert path is None or len(path) <= max(1, len(url))
    assert source is None or len(source) <= len(url)


@given(st.integers(0, 10**9))
def test_pieces_in_any_guise(pieces: int) -> None:
    assert {whole(pieces), whole(str(pieces)), whole(float(pieces))} == {pieces}
