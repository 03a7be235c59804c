"""What the dashboard shows, page by page: which measures of which question, by what, drawn how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["kpi", "line", "bar", "heat", "table", "rows"]


@dataclass(frozen=True, slots=True)
class Source:
    """A data set: a question's rows, or those of them that add up among each other."""

    name: str
    question: str
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A visual.

    Attributes:
        kind: how it is drawn; ``table`` adds up, ``rows`` shows them as they are.
        source: its data set.
        title: what it says.
        measures: columns to add up, or ``a / b`` of two such sums.
        by: columns to group by; a heat map's rows and columns.
    """

    kind: Kind
    source: Source
    title: str
    measures: tuple[str, ...]
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet."""

    name: str
    title: str
    shown: tuple[Shown, ...]


VISITORS = Source("visitors", "unique_visitors")
RANGE = Source("visitors_of_range", "visitors_of_range")
SALES = Source("sales", "sales")
CHANNELS = Source("channels", "acquisition")
WAYS = Source("ways", "journeys")
COHORTS = Source("cohorts", "retention")
CARTS = Source("carts", "abandoned_carts", "day IS NOT NULL")
PRESETS = Source("presets", "cart_presets")
RECOVERY = Source("recovery", "recovery_list", "line = 1")
STORE_HOURS = Source("store_hours", "top_categories", "category = '*'")
CATEGORY_HOURS = Source("category_hours", "top_categories", "category <> '*'")
WEEKS = Source("weeks", "discount_windows", "category <> '*'")
BRANDS = Source("brands", "brands_to_promote", "brand <> ''")
STORE_FUNNEL = Source("store_funnel", "funnel", "category IS NULL")
FUNNEL = Source("funnel", "funnel", "category IS NOT NULL")
VERDICTS = Source("verdicts", "verdict_days")
ARRIVALS = Source("arrivals", "arrivals_told")

COUNTS = ("gross", "known", "net")


def _counted(measure: str) -> tuple[str, ...]:
    return tuple(f"{measure}_{count}" for count in COUNTS)


def _rates() -> tuple[str, ...]:
    return tuple(f"abandonment_{count} / decided_{count}" for count in COUNTS)


PAGES = (
    Page(
        "overview",
        "Overview",
        (
            Shown("kpi", RANGE, "Visitors, net of bots", ("visitors_net",)),
            Shown("kpi", SALES, "Revenue, net of bots, in minor units", ("revenue_net",)),
            Shown("kpi", STORE_FUNNEL, "Visits that bought, of those that viewed", ("bought_net / viewed_net",)),
            Shown("kpi", RANGE, "Share of visitors left when bots are out", ("visitors_net / visitors_gross",)),
            Shown("line", VISITORS, "Unique visitors of each day", _counted("visitors"), ("day",)),
            Shown("line", SALES, "Revenue of each day, in minor units", _counted("revenue"), ("day",)),
            Shown(
                "bar",
                CHANNELS,
                "Buyers by the channel of their first visit",
                ("visitors_net", "buyers_net"),
                ("channel",),
            ),
            Shown("table", WAYS, "The ways to purchase and to exit", ("sessions_net",), ("way", "outcome")),
            Shown("heat", COHORTS, "Buyers by first week and week since", ("buyers_net",), ("cohort", "week")),
        ),
    ),
    Page(
        "carts",
        "Carts",
        (
            Shown("kpi", CARTS, "Abandonment rate", ("abandonment_net / decided_net",)),
            Shown("kpi", CARTS, "Value at stake, in minor units", ("value_at_stake_net",)),
            Shown("kpi", CARTS, "Value that can still be won", ("value_winnable_net",)),
            Shown("kpi", CARTS, "Share of purchases without a cart", ("direct_purchases_net / purchases_net",)),
            Shown("line", CARTS, "Abandonment rate by day of the cart's start", _rates(), ("day",)),
            Shown("line", CARTS, "Value at stake by day, in minor units", _counted("value_at_stake"), ("day",)),
            Shown("bar", PRESETS, "The rate as others would count it", ("abandoned_net / carts_net",), ("preset",)),
            Shown(
                "rows",
                RECOVERY,
                "Carts to win back, one row a cart",
                ("visitor", "items", "value", "abandoned_before", "bot"),
            ),
        ),
    ),
    Page(
        "calendar",
        "Discount calendar",
        (
            Shown("heat", STORE_HOURS, "Interest by hour of the week", ("interest_net",), ("weekday", "hour")),
            Shown(
                "heat",
                STORE_HOURS,
                "Conversion of interest by hour of the week",
                ("buyers_net / interest_net",),
                ("weekday", "hour"),
            ),
            Shown(
                "table", WEEKS, "Interest and buyers of each hour", ("interest_net", "buyers_net"), ("category", "hour")
            ),
            Shown("bar", CATEGORY_HOURS, "Revenue by category, in minor units", ("revenue_net",), ("category",)),
        ),
    ),
    Page(
        "brands",
        "Brands",
        (
            Shown("bar", BRANDS, "Revenue by brand, in minor units", ("revenue_net",), ("brand",)),
            Shown("line", BRANDS, "Visits that saw a brand, by week", _counted("exposed"), ("week",)),
            Shown(
                "table",
                BRANDS,
                "Exposure and purchases by category and brand",
                ("exposed_net", "bought_net", "bought_net / exposed_net", "revenue_net"),
                ("category", "brand"),
            ),
            Shown("table", FUNNEL, "View, cart, purchase", ("viewed_net", "carted_net", "bought_net"), ("category",)),
        ),
    ),
    Page(
        "attacks",
        "Live and attacks",
        (
            Shown("kpi", VERDICTS, "Verdicts that stand", ("standing",)),
            Shown("kpi", VERDICTS, "Verdicts withdrawn", ("withdrawn",)),
            Shown("line", VERDICTS, "Verdicts by day", ("standing", "withdrawn"), ("day",)),
            Shown("bar", VERDICTS, "Verdicts by rule", ("standing", "withdrawn"), ("rule",)),
            Shown("line", VISITORS, "Visits with and without bots", _counted("sessions"), ("day",)),
            Shown("line", SALES, "Orders with and without bots", _counted("orders"), ("day",)),
        ),
    ),
    Page(
        "health",
        "Data health",
        (
            Shown("kpi", ARRIVALS, "Events that came", ("events",)),
            Shown("kpi", ARRIVALS, "Share without an address", ("without_address / events",)),
            Shown("kpi", ARRIVALS, "Share without an agent", ("without_agent / events",)),
            Shown("line", ARRIVALS, "Events by the day they came", ("events", "session_only"), ("day",)),
            Shown("line", ARRIVALS, "Events that rules see less in", ("without_address", "without_agent"), ("day",)),
        ),
    ),
)
