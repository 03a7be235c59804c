"""Figures as they are written and drawn, filters as addresses say them, and that exports hold what is shown."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from footfall.config import Store
from footfall.ports import Extent
from footfall.web import formats
from footfall.web.charts import HEIGHT, WIDTH, ceiling, line_chart
from footfall.web.filters import COMPARISONS, Filters, Range
from footfall.web.heat import STEPS, heat

EXTENT = Extent(date(2026, 1, 1), date(2026, 3, 31), 0, "")
DATES = st.dates(date(2025, 6, 1), date(2026, 9, 30))
EUROS = formats.of_store(Store("s", "Europe/Berlin", "EUR"))
YEN = formats.of_store(Store("s", "Asia/Tokyo", "JPY"))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.number(132_480), "132,480"),
        (formats.number(None), "–"),
        (formats.number(-5), "−5"),
        (formats.percent(0.625), "62.5\xa0%"),
        (formats.percent(None), "–"),
        (formats.change(0.082), "+8.2\xa0%"),
        (formats.change(-0.119), "−11.9\xa0%"),
        (formats.change(0.0001), "±0.0\xa0%"),
        (formats.hours(8, 3), "08:00–11:00"),
        (formats.hours(23), "23:00–24:00"),
        (formats.days(Range(date(2026, 10, 24), date(2026, 11, 22))), "24 Oct – 22 Nov 2026"),
        (formats.days(Range(date(2025, 12, 30), date(2026, 1, 2))), "30 Dec 2025 – 2 Jan 2026"),
        (formats.leaf("electronics.audio.head_phones"), "Head phones"),
        (formats.leaf("electronics.video.tv"), "TV"),
        (formats.leaf("2053013555631882655"), "Category\xa0882655"),
        (formats.leaf(None), "(no category)"),
        (EUROS["money"](123_456), "€1,234.56"),
        (EUROS["money"](-123), "−€1.23"),
        (EUROS["short_money"](141_000_000), "€1.41M"),
        (EUROS["short_money"](61_290_500), "€612,905"),
        (EUROS["moment"](1_774_746_000_000), "29 Mar 03:00"),
        (YEN["money"](1_234), "¥1,234"),
        (YEN["money"](None), "–"),
    ],
)
def test_figures_are_written_one_way(written: str, expected: str) -> None:
    assert written == expected


@given(
    since=st.none() | DATES, until=st.none() | DATES, days=st.integers(1, 200), compare=st.sampled_from([*COMPARISONS])
)
def test_the_days_shown_lie_in_what_there_is(since: date | None, until: date | None, days: int, compare: str) -> None:
    filters = Filters(since=since, until=until, compare=compare)
    shown = filters.range(EXTENT, days)
    assert EXTENT.first <= shown.since <= shown.until <= EXTENT.last
    before = filters.before(shown, EXTENT)
    if before:
        assert before.days == shown.days
        assert EXTENT.first <= before.since < shown.since


@given(since=st.none() | DATES, until=st.none() | DATES, category=st.text(max_size=20), least=st.integers(0, 10_000))
def test_what_an_address_says_is_read_back(since: date | None, until: date | None, category: str, least: int) -> None:
    from urllib.parse import parse_qsl

    category = category.strip().encode("utf-8", "ignore").decode()
    filters = Filters(since=since, until=until, count="gross", category=category, least=float(least))
    assert Filters.read(dict(parse_qsl(filters.query()[1:]))) == filters


@given(st.floats(0, 1e12))
def test_a_scale_ends_at_or_above_the_highest_value(value: float) -> None:
    assert value <= ceiling(value) <= max(2 * value, 4)


@given(st.dictionaries(st.integers(0, 27), st.floats(0, 1e9), max_size=28))
def test_a_line_stays_in_its_box_and_has_a_point_a_day(held: dict[int, float]) -> None:
    days = Range(date(2026, 3, 1), date(2026, 3, 28))
    values = {days.since + timedelta(n): value for n, value in held.items()}
    chart = line_chart("x", values, days, None, formats.number)
    points = [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", chart.line)]
    assert len(points) == len(values)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert len(chart.spots) == days.days


def test_heat_is_told_against_the_categorys_own_mean_in_nine_steps() -> None:
    rows = [{"hour": hour, "category": "a", "n": n} for hour, n in enumerate((40, 100, 160))]
    cells = heat(rows, "hour", range(4), "n", {("a", 1): ("discount", "why")})["a"]
    assert [cell.index for cell in cells] == [40, 100, 160, None]
    assert [cell.step for cell in cells] == [2, 5, 8, 0]
    assert [cell.window for cell in cells] == ["", "discount", "", ""]
    assert len(STEPS) == 8


@pytest.mark.parametrize("query", ["", "?count=gross", "?least=10.05", "?count=gross&category=a", "?category=nothing"])
def test_the_recovery_list_holds_the_carts_that_are_shown(client: TestClient, query: str) -> None:
    text = client.get(f"/carts{query}").text
    shown = int(re.search(r"Export recovery list \(([\d,]+)\)", text)[1].replace(",", ""))  # type: ignore[index]
    content = client.get(f"/export/recovery.csv{query}").content.decode()
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert len({(row["visitor"], row["started_at"]) for row in rows}) == shown


def test_gross_counts_at_least_what_net_does(client: TestClient) -> None:
    def visitors(query: str) -> int:
        rows = list(csv.DictReader(io.StringIO(client.get(f"/export/reach.csv{query}").text)))
        return int(rows[0]["visitors"])

    assert visitors("?count=gross") >= visitors("?count=known") >= visitors("") > 0


@pytest.mark.parametrize(
    "address", ["/export/nothing.csv", "/export/sales.exe", "/export/sales.csv/../x", "/health/letters.exe"]
)
def test_what_cannot_be_exported_is_not_found(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 404
