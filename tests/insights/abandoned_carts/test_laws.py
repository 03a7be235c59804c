"""What holds for any history of carts: the SQL says what the second telling says, and a part of it says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from . import asked
from .retold import DAY, HOUR, MINUTE, WORST
from .stage import CART_EVENTS, Event, Row, Store

START = 1_709_251_200_000  # 2024-03-01, UTC
PAUSES = (
    *(0, 0, 1, 400, 999, 1000, 2000, MINUTE, 10 * MINUTE, 30 * MINUTE, 4 * HOUR, 13 * HOUR),
    *(DAY - 1, DAY, DAY + 1, 3 * DAY, 7 * DAY, 8 * DAY - 1, 8 * DAY, 8 * DAY + 1, 12 * DAY),
)
TYPES = ("cart", "cart", "cart", "remove_from_cart", "purchase", "purchase", "view", "refund")
CLOCK = "clock"


def history(steps: Iterable[tuple[int, str, str, str, int, int | None, int, int]]) -> list[Event]:
    """Events, each a pause after the one before; the data ends some days after the last."""
    at, events = START, []
    for pause, visitor, kind, product, price, quantity, session, bot in steps:
        at += pause
        events.append(Event(at, visitor, kind, product, price, quantity, session, bot))
    return [*events, Event(at + (events[-1].price % 11) * DAY, CLOCK, "page", None)]


STEP = st.tuples(
    st.sampled_from(PAUSES),
    st.sampled_from(("ann", "bob")),
    st.sampled_from(TYPES),
    st.sampled_from(("p1", "p2", "p3")),
    st.sampled_from((0, 100, 250, 303)),
    st.sampled_from((None, None, 1, 2, 3, 0, -1)),
    st.integers(1, 2),
    st.sampled_from((0, 0, 0, 0, 1, 2)),
)
HISTORIES = st.lists(STEP, min_size=1, max_size=24).map(history)


def crowd(seed: int, visitors: int) -> list[Event]:
    """Many visitors at once, half of them never flagged, up to a common end that leaves carts in every state."""
    random = Random(seed)
    end = START + 40 * DAY
    events = [Event(end, CLOCK, "page", None)]
    for number in range(visitors):
        bots = (0,) if number % 2 else (0, 0, 1, 2)
        at = START + random.randrange(40 * DAY)
        for _ in range(random.randint(1, 20)):
            kind, product = random.choice(TYPES), random.choice(("p1", "p2", "p3", "p4"))
            price, quantity = random.choice((0, 100, 250)), random.choice((None, None, 1, 2, 5))
            event = Event(at, f"v{number}", kind, product, price, quantity, random.randint(1, 3), random.choice(bots))
            events += [event] if at <= end else []
            at += random.choice(PAUSES)
    return events


def bag(rows: Iterable[Row], names: Iterable[str]) -> Counter[tuple[object, ...]]:
    """Rows as a multiset of the named columns."""
    wanted = tuple(names)
    return Counter(tuple(row.get(name) for name in wanted) for row in rows)


def agree_on_carts(shop: Store, events: list[Event]) -> None:
    """The mart, population by population; `every` stands for all three."""
    told = shop.table("carts")
    for population in WORST:
        rows = [row for row in told if row["population"] in ("every", population)]
        expected = asked.carts(events, population)
        for direct, names in ((True, DIRECT_FACTS), (False, CART_FACTS)):
            ours = [row for row in rows if (row["ending"] == "direct") is direct]
            theirs = [row for row in expected if (row["ending"] == "direct") is direct]
            assert bag(ours, names) == bag(theirs, names), population


DIRECT_FACTS = ("visitor", "ending", "day", "purchases", "value_bought")
CART_FACTS = (
    *DIRECT_FACTS,
    *("started_at", "last_at", "abandoned_at", "abandonments", "bought_at", "pieces_in", "lines_left", "pieces_left"),
    *("value_left", "value_recovered", "bot"),
)
LIST_FACTS = (
    *(
        "visitor",
        "product_id",
        "quantity",
        "items",
        "value",
        "started_at",
        "last_activity_at",
        "abandoned_before",
        "bot",
    ),
)


def agree_on_questions(shop: Store, events: list[Event]) -> None:
    """The three questions, with every column that the second telling gives."""
    states, expected = shop.ask("abandoned_carts"), asked.abandoned_carts(events, shop.as_of)
    assert states == [{name: row[name] for name in states[0]} for row in expected]
    presets = [{name: cell for name, cell in row.items() if name != "unit"} for row in shop.ask("cart_presets")]
    assert presets == asked.cart_presets(events, shop.as_of)
    assert bag(shop.ask("recovery_list"), LIST_FACTS) == bag(asked.recovery_list(events, shop.as_of), LIST_FACTS)


@settings(max_examples=40, deadline=None)
@given(events=HISTORIES)
def test_a_small_history_is_told_alike_twice(con: duckdb.DuckDBPyConnection, events: list[Event]) -> None:
    shop = Store(con, events)
    agree_on_carts(shop, events)
    agree_on_questions(shop, events)


@pytest.mark.parametrize("seed", range(3))
def test_a_crowd_is_told_alike_twice(con: duckdb.DuckDBPyConnection, seed: int) -> None:
    events = crowd(seed, visitors=500)
    shop = Store(con, events)
    agree_on_carts(shop, events)
    agree_on_questions(shop, events)


def test_a_crowd_reaches_every_state(con: duckdb.DuckDBPyConnection) -> None:
    total = Store(con, crowd(0, visitors=500)).ask("abandoned_carts")[-1]
    assert not [name for name, amount in total.items() if amount == 0]


@pytest.mark.parametrize("share", [1, 7, 50])
def test_some_visitors_alone_have_the_carts_of_the_full_run(con: duckdb.DuckDBPyConnection, share: int) -> None:
    shop = Store(con, crowd(5, visitors=300))
    some = f"visitor IN (SELECT DISTINCT visitor FROM clean WHERE hash(visitor) % 100 < {share})"
    full = shop.rows(f"FROM carts WHERE {some} ORDER BY ALL")
    shop.rows(f"CREATE OR REPLACE TABLE cart_events AS FROM cart_events WHERE {some}")
    shop.build_carts()
    assert full
    assert shop.table("carts") == full


def test_day_by_day_makes_the_same_cart_events(con: duckdb.DuckDBPyConnection) -> None:
    shop = Store(con, crowd(6, visitors=200))
    whole = shop.table("cart_events")
    con.execute("CREATE OR REPLACE TABLE history AS FROM clean")
    con.unregister("clean")
    days = []
    for day in shop.days:
        con.execute(f"CREATE OR REPLACE VIEW clean AS FROM history WHERE event_date = DATE '{day}'")
        days += shop.rows(CART_EVENTS.text)
    con.execute("DROP VIEW clean")
    assert len(shop.days) > 20
    assert bag(days, whole[0]) == bag(whole, whole[0])


def test_the_order_of_arrival_does_not_matter(con: duckdb.DuckDBPyConnection) -> None:
    events = crowd(7, visitors=200)
    first = Store(con, events).table("carts")
    Random(1).shuffle(events)
    assert Store(con, events).table("carts") == first


def test_a_visitor_is_in_every_population_or_has_its_own(con: duckdb.DuckDBPyConnection) -> None:
    shop = Store(con, crowd(8, visitors=300))
    told = shop.rows("SELECT visitor, list_sort(list(DISTINCT population)) AS held FROM carts GROUP BY visitor")
    flagged = {row["visitor"] for row in shop.rows("SELECT DISTINCT visitor FROM cart_events WHERE bot > 0")}
    assert {row["visitor"] for row in told if row["held"] != ["every"]} <= flagged
    assert not [row for row in told if "every" in row["held"] and (row["visitor"] in flagged or len(row["held"]) > 1)]


def test_the_lines_of_the_list_add_up_to_its_carts(con: duckdb.DuckDBPyConnection) -> None:
    shop = Store(con, crowd(9, visitors=500))
    listed = shop.ask("recovery_list")
    carts = [row for row in listed if row["line"] == 1]
    assert len(carts) == shop.ask("abandoned_carts")[-1]["abandoned_gross"] > 0
    assert sum(row["value"] for row in carts) == shop.ask("abandoned_carts")[-1]["value_winnable_gross"]
    assert sum(row["items"] for row in carts) == sum(row["quantity"] for row in listed)
    assert sum(row["value"] for row in carts) == sum(row["line_value"] for row in listed)


def test_days_add_up_to_the_total(con: duckdb.DuckDBPyConnection) -> None:
    *days, total = Store(con, crowd(10, visitors=300)).ask("abandoned_carts")
    assert total["day"] is None
    for name in total.keys() - {"day", "provisional"}:
        assert sum(row[name] for row in days) == total[name], name
