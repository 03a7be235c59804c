"""Sessions over midnight and people behind browsers, by examples to check by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.embedded.clean import LakeDay, choose_days, define_clean, open_connection
from footfall.embedded.identity import resolve
from footfall.embedded.midnight import midnight
from footfall.embedded.views import reader
from footfall.ingest.carried import Edge, carried
from tests.conftest import NEW_HOME, Home, event, jsonl

D1, D2, D3 = date(2019, 10, 1), date(2019, 10, 2), date(2019, 10, 3)


def sessions(home: Home, events: list[dict[str, Any]]) -> list[tuple[date, int]]:
    """The rows of ``session_days``-like counting: how many sessions began on each day, after a build."""
    home.take(jsonl(events))
    home.build("session_days")
    days = {day for day, _ in home.mart("session_days")}
    return [
        (day, sum(row["sessions_gross"] for other, row in home.mart("session_days") if other == day))
        for day in sorted(days)
    ]


@pytest.mark.parametrize(
    ("times", "began"),
    [
        (["2019-10-01T23:50:00Z", "2019-10-02T00:10:00Z"], [(D1, 1)]),
        (["2019-10-01T23:45:00Z", "2019-10-02T00:15:00Z"], [(D1, 1)]),
        (["2019-10-01T23:45:00Z", "2019-10-02T00:15:01Z"], [(D1, 1), (D2, 1)]),
        (["2019-10-01T23:50:00Z", "2019-10-02T00:10:00Z", "2019-10-02T00:45:00Z"], [(D1, 1), (D2, 1)]),
        (["2019-10-01T23:50:00Z", "2019-10-02T00:00:00Z", "2019-10-01T23:10:00Z"], [(D1, 2)]),
        (["2019-10-02T00:00:00Z"], [(D2, 1)]),
    ],
)
@pytest.mark.parametrize("who", [{}, {"user_session": None}, {"user_id": None, "anon_id": "a", "user_session": None}])
def test_a_session_belongs_to_the_day_it_began(
    home: Home, times: list[str], began: list[tuple[date, int]], who: dict[str, Any]
) -> None:
    found = sessions(home, [event(time, **who) for time in times])
    assert [(day, count) for day, count in found if count] == began


def test_midnight_is_the_stores_own(new_home: NEW_HOME) -> None:
    home = new_home(timezone="Asia/Kolkata")
    found = sessions(home, [event("2019-10-01T18:20:00Z"), event("2019-10-01T18:40:00Z")])
    assert [(day, count) for day, count in found if count] == [(D1, 1)]
    assert len(home.days()) == 2


def test_a_session_of_three_days_begins_anew_at_its_second_midnight(home: Home) -> None:
    start = datetime(2019, 10, 1, 23, 50, tzinfo=UTC)
    minutes = range(0, 24 * 60 + 40, 20)
    found = sessions(home, [event(start + timedelta(minutes=minute)) for minute in minutes])
    assert [(day, count) for day, count in found if count] == [(D1, 1), (D3, 1)]


edge = st.builds(Edge, st.sampled_from("ab"), st.integers(0, 3), st.integers(0, 10**7), st.integers(0, 10**7))


@given(st.dictionaries(st.sampled_from([D1, D2, D3]), st.lists(edge, max_size=6, unique_by=lambda edge: edge.number)))
def test_what_is_carried_was_open_the_day_before_under_the_same_name(days: dict[date, list[Edge]]) -> None:
    found = carried(days)
    for day, over in found.items():
        today = {edge.number: edge for edge in days[day]}
        before = {edge.number: edge for edge in days.get(day - timedelta(1), [])}
        for number, origin in over.items():
            assert today[number].key == before[origin].key
            assert 0 <= today[number].first - before[origin].last <= 1_800_000
            assert origin not in found[day - timedelta(1)]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2019, 3, 31), 23),
        ("Europe/Berlin", date(2019, 10, 27), 25),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("Australia/Lord_Howe", date(2019, 4, 7), 24.5),
        ("UTC", date(2019, 10, 27), 24),
    ],
)
def test_a_day_lasts_from_midnight_to_midnight(zone: str, day: date, hours: float) -> None:
    length = midnight(day + timedelta(1), ZoneInfo(zone)) - midnight(day, ZoneInfo(zone))
    assert length == hours * 3_600_000


def visitors(home: Home) -> dict[int, list[str]]:
    """Who came on each day of the month."""
    home.build("visitor_days")
    found: dict[int, list[str]] = {}
    for day, row in home.mart("visitor_days"):
        found.setdefault(day.day, []).append(row["visitor"])
    return {day: sorted(names) for day, names in found.items()}


def anonymous(day: int, **who: Any) -> dict[str, Any]:
    """An event of a browser."""
    return event(f"2019-10-{day:02}T12:00:00Z", **({"user_id": None, "anon_id": "b", "user_session": None} | who))


@pytest.mark.parametrize(
    ("events", "seen"),
    [
        ([anonymous(1), anonymous(2)], {1: ["b"], 2: ["b"]}),
        ([anonymous(1), anonymous(2, user_id="u")], {1: ["u"], 2: ["u"]}),
        ([anonymous(1, user_id="u"), anonymous(2)], {1: ["u"], 2: ["u"]}),
        ([anonymous(1), anonymous(2, user_id="u"), anonymous(3, user_id="v")], {1: ["u"], 2: ["u"], 3: ["v"]}),
        (
            [anonymous(1, anon_id=None, user_session="s"), anonymous(2, user_id="u", user_session="s")],
            {1: ["u"], 2: ["u"]},
        ),
        (
            [anonymous(1, user_session="s"), anonymous(2, user_id="u"), anonymous(3, user_id="v", user_session="s")],
            {1: ["v"], 2: ["u"], 3: ["v"]},
        ),
        (
            [anonymous(1, anon_id="b"), anonymous(1, anon_id="c"), anonymous(2, user_id="u", anon_id="c")],
            {1: ["b", "u"], 2: ["u"]},
        ),
        (
            [anonymous(1), anonymous(2, user_id="z"), anonymous(2, user_id="a", product_id="q")],
            {1: ["a"], 2: ["a", "z"]},
        ),
    ],
    ids=["nobody", "later", "earlier", "first of two", "by session", "session before browser", "two browsers", "a tie"],
)
def test_a_browser_is_the_first_user_it_was_linked_to(
    home: Home, events: list[dict[str, Any]], seen: dict[int, list[str]]
) -> None:
    home.take(jsonl(events))
    assert visitors(home) == seen


def test_a_link_found_later_restates_earlier_days(home: Home) -> None:
    home.take(jsonl([anonymous(1), anonymous(1, anon_id="other")]))
    assert visitors(home) == {1: ["b", "other"]}
    home.take(jsonl([anonymous(9, user_id="u")]))
    assert visitors(home) == {1: ["other", "u"], 9: ["u"]}
    home.take(jsonl([anonymous(5, user_id="earlier")]))
    assert visitors(home) == {1: ["earlier", "other"], 5: ["earlier"], 9: ["u"]}


def test_two_browsers_that_change_hands_together_are_both_restated(home: Home) -> None:
    """Their changes must not cancel each other out in what a day remembers of its links."""
    home.take(
        jsonl(
            [anonymous(1), anonymous(1, anon_id="c"), anonymous(9, user_id="u"), anonymous(9, user_id="u", anon_id="c")]
        )
    )
    assert visitors(home) == {1: ["u"], 9: ["u"]}
    home.take(jsonl([anonymous(2, user_id="v"), anonymous(2, user_id="v", anon_id="c")]))
    assert visitors(home) == {1: ["v"], 2: ["v"], 9: ["u"]}


def test_links_and_their_digests_tell_which_days_use_them(home: Home) -> None:
    home.take(jsonl([anonymous(1), anonymous(2), anonymous(2, user_id="u"), anonymous(3, anon_id="stranger")]))
    home.build("visitor_days")
    with reader(home.lake.layout, 1, "identities") as connection:
        links, digests = resolve(connection)
    assert links.to_pylist() == [{"kind": "anon", "id": "b", "user_id": "u"}]
    assert sorted(digests) == [D1, D2]


def clean(home: Home, day: date, by: str = "event_date") -> list[dict[str, Any]]:
    """The relation ``clean`` of one day."""
    file = home.lake.days()[day]
    lake_day = LakeDay(day, home.lake.table.path(file), file, {})
    with open_connection(1, home.lake.layout.spill) as connection:
        connection.execute("CREATE TEMP TABLE links(kind VARCHAR, id VARCHAR, user_id VARCHAR)")
        define_clean(connection, [lake_day], None)
        choose_days(connection, [lake_day], by)
        return list(connection.sql("FROM clean ORDER BY ALL").to_arrow_table().to_pylist())


@pytest.mark.parametrize(
    ("evidence", "bot"),
    [
        ({}, 0),
        ({"user_agent": "Mozilla/5.0 (X11; Linux x86_64)"}, 0),
        ({"user_agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, 2),
        ({"ip": "66.249.64.1"}, 2),
        ({"ip": "192.0.2.1", "user_agent": "Mozilla/5.0 (X11; Linux x86_64)"}, 0),
        ({"ip": "not an address"}, 0),
        ({"ip": "66.249.64.1", "user_agent": "Mozilla/5.0 (X11; Linux x86_64)"}, 2),
    ],
)
def test_known_bots_are_marked_by_agent_or_address_and_stay_in(home: Home, evidence: dict[str, str], bot: int) -> None:
    home.take(jsonl([event("2019-10-01T12:00:00Z", **evidence), event("2019-10-01T12:00:01Z", user_id="v")]))
    assert [row["bot"] for row in clean(home, D1)] == [bot, 0]


def test_what_a_row_lacks_is_filled_as_promised(home: Home) -> None:
    home.take(
        jsonl(
            [
                event("2019-10-01T12:00:00.5Z", category_id="7"),
                event("2019-10-01T12:00:01Z", category_id="7", category_code="a.b", brand="x", price=5, quantity=3),
                event("2019-10-01T12:00:02Z"),
            ]
        )
    )
    names = ("at", "category", "brand", "price", "quantity", "hour", "weekday", "week", "session_date", "session")
    rows = [tuple(row[name] for name in names) for row in sorted(clean(home, D1), key=lambda row: row["at"])]
    monday = date(2019, 9, 30)
    assert rows == [
        (1569931200500, "7", "", 0, None, 12, 2, monday, D1, 0),
        (1569931201000, "a.b", "x", 5, 3, 12, 2, monday, D1, 0),
        (1569931202000, "unknown", "", 0, None, 12, 2, monday, D1, 0),
    ]
