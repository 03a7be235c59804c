"""The events as rules see them."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall import known_bots
from footfall.detect.relation import SCHEMA, network, relation, steps
from footfall.event import arrow_schema

AT = datetime(2025, 9, 1, 12, 0, 0, 123_999, tzinfo=UTC)
GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def one(**values: object) -> dict[str, object]:
    """The relation's only row for an event."""
    event = {"event_time": AT, "event_type": "view", **values}
    types = {field.name: field.type for field in arrow_schema()}
    table = relation(pa.table({name: pa.array([value], types[name]) for name, value in event.items()}))
    assert table.schema == SCHEMA
    row: dict[str, object] = table.to_pylist()[0]
    return row


def test_times_are_milliseconds_cut_off() -> None:
    row = one(received_at=AT.replace(second=1))
    assert row["event_time"] == int(AT.timestamp()) * 1000 + 123
    assert row["received_at"] == int(AT.timestamp()) * 1000 + 1123
    assert one()["received_at"] == one()["event_time"]


@pytest.mark.parametrize(
    ("values", "visitor", "actor"),
    [
        ({"user_id": "u", "anon_id": "a", "user_session": "s"}, "u", "s"),
        ({"anon_id": "a", "user_session": "s"}, "a", "s"),
        ({"user_session": "s", "ip": "1.2.3.4", "user_agent": "x"}, "s", "s"),
        ({"anon_id": "a", "ip": "1.2.3.4", "user_agent": "x y"}, "a", "1.2.3.4 x y"),
        ({"anon_id": "a", "ip": "1.2.3.4"}, "a", None),
    ],
)
def test_who_it_was(values: dict[str, str], visitor: str, actor: str | None) -> None:
    row = one(**values)
    assert (row["visitor"], row["actor"], row["site"]) == (visitor, actor, "site")


def test_the_category_is_its_path_or_else_its_id() -> None:
    assert one(category_code="a.b", category_id="7")["category"] == "a.b"
    assert one(category_id="7")["category"] == "7"
    assert one()["category"] is None


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:1.2.3.4", "::/48"),
        ("nonsense", None),
        ("1.2.3", None),
        ("", None),
    ],
)
def test_networks(address: str, found: str | None) -> None:
    assert network(address) == found
    assert one(ip=address)["network"] == found


@pytest.mark.parametrize(
    ("agent", "ip", "crawler", "verified"),
    [
        (GOOGLE, "66.249.64.1", "googlebot", 1),
        (GOOGLE, "10.0.0.1", "googlebot", 0),
        (GOOGLE, None, "googlebot", 0),
        ("Mozilla/5.0 (compatible; bingbot/2.0)", "66.249.64.1", "bing", 0),
        ("facebookexternalhit/1.1 Facebot Twitterbot/1.0", "10.0.0.1", None, 0),
        ("Mozilla/5.0 Safari/605", "66.249.64.1", None, 0),
        (None, "66.249.64.1", None, 0),
    ],
)
def test_claims_are_checked(agent: str | None, ip: str | None, crawler: str | None, verified: int) -> None:
    row = one(user_agent=agent, ip=ip)
    assert (row["crawler"], row["verified"]) == (crawler, verified)


def test_every_claim_has_ranges() -> None:
    owners = {
        path.name for path in __import__("importlib.resources").resources.files(known_bots).joinpath("ranges").iterdir()
    }
    assert {f"{name}.txt" for name in known_bots.CLAIMS} <= owners


def test_assets_are_not_watched() -> None:
    table = pa.table(
        {"event_time": pa.array([AT] * 3, pa.timestamp("us", "UTC")), "event_type": ["view", "request", "page"]}
    )
    assert relation(table)["event_type"].to_pylist() == ["view", "page"]
    assert len(relation(table.slice(1, 1))) == 0
    assert relation(table.slice(0, 0)).schema == SCHEMA


names = st.none() | st.sampled_from(["a", "b", "c d"])


@given(rows=st.lists(st.tuples(names, names, names, names, names), max_size=12), cut=st.integers(0, 12))
def test_encodings_and_pieces_do_not_matter(rows: list[tuple[str | None, ...]], cut: int) -> None:
    """Plain text, dictionaries and several chunks give the rows that single events give."""
    columns = ("user_id", "anon_id", "user_session", "ip", "user_agent")
    plain = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(columns)}
    head = {
        "event_time": pa.array([AT] * len(rows), pa.timestamp("us", "UTC")),
        "event_type": pa.array(["view"] * len(rows)),
    }
    table = pa.table({**head, **plain})
    encoded = pa.table({**head, **{name: column.dictionary_encode() for name, column in plain.items()}})
    pieces = pa.concat_tables([encoded.slice(0, cut), encoded.slice(cut)])
    wanted = [one(**dict(zip(columns, row, strict=True))) for row in rows]
    assert relation(table).to_pylist() == relation(encoded).to_pylist() == relation(pieces).to_pylist() == wanted


def test_steps_are_sorted_by_all_columns() -> None:
    types = {field.name: field.type for field in arrow_schema()}
    later = AT.replace(second=5)
    events = {"event_time": [later, AT, AT], "event_type": ["view", "view", "cart"], "ip": ["1.1.1.1", None, "1.1.1.1"]}
    found = steps(relation(pa.table({name: pa.array(values, types[name]) for name, values in events.items()})))
    assert [(step.event_type, step.ip) for step in found] == [("cart", "1.1.1.1"), ("view", None), ("view", "1.1.1.1")]
    assert found[0].event_time == found[1].event_time < found[2].event_time
