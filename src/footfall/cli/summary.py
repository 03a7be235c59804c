"""The answers in a terminal: sentences first, then small tables, then what to do next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from footfall.cli import show
from footfall.cli.guard_summary import Guarded
from footfall.cli.options import HOME
from footfall.embedded.answers import Answers
from footfall.embedded.grade import Grade

TOP = 5
NARROW = 24
"""Characters of a name that fit a small table; exports never cut."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NEXT = (
    ("footfall export recovery -o recovery.csv", "whom to write to, about what"),
    ("footfall export windows -o windows.csv", "when a discount has room"),
    ("footfall export brands -o brands.csv", "what to promote or fix, and why"),
    ("footfall incidents list", "what the guard found, and the evidence"),
    ("footfall export blocklist -o deny.conf", "whom to shut out, for nginx"),
    ('footfall query "SELECT * FROM events LIMIT 5"', "SQL over everything"),
    ("footfall init --home shop", "begin with your own store"),
)
Rows = list[dict[str, Any]]


def print_summary(answers: Answers) -> None:
    """The answers of a home's whole range on standard output, and what its guard found."""
    visitors, sales = answers.ask("unique_visitors").to_pylist(), answers.ask("sales").to_pylist()
    carts = answers.ask("abandoned_carts").to_pylist()[-1]
    windows, brands = _rows(answers.windows()), _rows(answers.brands())
    paint = _painter(answers)
    guarded = Guarded(answers)
    texts = (
        _visitors(answers, visitors, sales, paint),
        _carts(carts, paint),
        _windows(windows, paint),
        _brands(brands, paint),
        guarded.sentence(),
    )
    show.out.print()
    for number, text in enumerate(filter(None, texts), 1):
        show.out.print(f"[bold]{number}[/] {text}\n")
    tables = (_window_table(windows, paint), _brand_table(brands, paint), _hour_table(_rows(answers.hours())))
    for place, table in enumerate((*tables, *guarded.tables())):
        show.out.print(*([] if not place else [""]), table, sep="\n")


def _rows(table: Any) -> Rows:
    return list(pa.table(table).to_pylist())


def _painter(answers: Answers) -> Callable[[float], str]:
    store = answers.lake.settings.store
    return lambda minor: show.money(minor, store.currency, store.minor_digits)


def _visitors(answers: Answers, days: Rows, sales: Rows, paint: Callable[[float], str]) -> str:
    whole = answers.ask("visitors_of_range").to_pylist()[0]
    net = [day["visitors_net"] for day in days]
    moved = whole["visitors_gross"] - whole["visitors_net"]
    bots = f"{moved:,} more visitors were bots" if moved else "no bot was found among them"
    orders, revenue = (sum(day[name] for day in sales) for name in ("orders_net", "revenue_net"))
    return (
        f"[bold]{whole['visitors_net']:,} people[/] came in {len(days):,} days, {round(np.mean(net)):,} a day; "
        f"{bots}. They placed {orders:,} orders worth {paint(revenue)}."
        f"\n  {show.sparkline(net[-70:])}"
    )


def _carts(carts: dict[str, Any], paint: Callable[[float], str]) -> str:
    decided = carts["decided_net"]
    if not decided:
        return "No cart is decided yet."
    rate = show.percent(carts["abandonment_net"] / decided)
    return (
        f"[bold]{rate} of {decided:,} carts[/] were abandoned, {paint(carts['value_at_stake_net'])} left in them; "
        f"{carts['abandoned_net']:,} carts worth {paint(carts['value_winnable_net'])} can be won back now."
    )


def _windows(windows: Rows, paint: Callable[[float], str]) -> str:
    found = [row for row in windows if row["status"] == "confirmed"]
    candidates = sum(row["status"] == "candidate" for row in windows)
    if not found:
        return (
            f"[bold]No hour of the week calls for a discount[/] for certain; {candidates:,} are candidates: six weeks "
            "of data confirm."
        )
    gain = sum(row["gain_week"] for row in found)
    return (
        f"[bold]{len(found):,} hours of the week[/] have room for a discount: shoppers come and do not buy. "
        f"Up to {paint(gain)} a week lie there; {candidates:,} more are candidates."
    )


def _brands(brands: Rows, paint: Callable[[float], str]) -> str:
    fix = [row for row in brands if row["label"] == "Fix"]
    promote = [row for row in brands if row["label"] == "Promote"]
    lost = sum(row["money"] for row in fix)
    return (
        f"[bold]{len(promote):,} brands deserve promotion[/]: they sell and are hardly seen. "
        f"{len(fix):,} are seen and not bought: {paint(lost)} lost on price, page or stock."
    )


def _window_table(windows: Rows, paint: Callable[[float], str]) -> Any:
    found = (row for row in windows if row["label"] == "discount")
    best = sorted(found, key=lambda row: (row["status"] != "confirmed", -row["gain_week"]))
    cells = [
        (
            row["category"],
            f"{WEEKDAYS[row['weekday'] - 1]} {row['hour']:02}:00",
            row["status"],
            f"× {row['lift']:.2f}",
            f"× {row['index']:.2f}",
            paint(row["gain_week"]),
        )
        for row in best[:TOP]
    ]
    return show.table("Discount windows", ["category", "hour", "", "interest", "buys", "gain a week"], cells, 3, NARROW)


def _brand_table(brands: Rows, paint: Callable[[float], str]) -> Any:
    fix = sorted((row for row in brands if row["label"] == "Fix"), key=lambda row: -row["money"])
    promote = [row for row in brands if row["label"] == "Promote"]
    cells = [
        (
            row["label"],
            row["brand"] or "(no brand)",
            row["category"],
            show.percent(row["rate"]),
            show.percent(row["expected_rate"]),
            f"× {row['seen']:.2f}",
            paint(row["money"]) if row["label"] == "Fix" else "",
        )
        for row in (*promote[:TOP], *fix[:TOP])
    ]
    return show.table("Brands", ["", "brand", "category", "buys", "peers", "seen", "lost"], cells, 3, NARROW)


def _hour_table(hours: Rows) -> Any:
    names = [
        row["category"] for row in sorted((r for r in hours if r["category"] != "*"), key=lambda r: -r["interest"])
    ]
    top = list(dict.fromkeys(names))[:TOP]
    cells = []
    for name in ["*", *top]:
        by_hour = {row["hour"]: row for row in hours if row["category"] == name}
        interest = [by_hour[hour]["interest_each"] if hour in by_hour else 0.0 for hour in range(24)]
        rate = [by_hour[hour]["conversion"] if hour in by_hour else 0.0 for hour in range(24)]
        cells.append(("all categories" if name == "*" else name, show.sparkline(interest), show.sparkline(rate)))
    return show.table("By hour of the day, 0 to 23", ["category", "interest", "conversion"], cells, 3)


def print_grade(grade: Grade) -> None:
    """How near one store's answers are to its truth."""
    carts, windows, brands = grade.carts, grade.windows, grade.brands
    show.out.print(
        f"[bold]Against the truth, the answers[/]: carts {show.percent(carts.measured)} abandoned, true "
        f"{show.percent(carts.true)} · windows {windows.found:,} of {windows.true:,} found, {windows.wrong:,} wrong · "
        f"brands {brands.found:,} of {brands.true:,} found, {brands.wrong:,} wrong"
    )


def print_next_steps(home: Path) -> None:
    """What to type next."""
    show.out.print("\n[bold]Next[/]")
    if home != HOME:
        show.out.print(f"  export FOOTFALL_HOME={home}", soft_wrap=True)
    for command, purpose in NEXT:
        show.out.print(f"  {command:<47} [dim]{purpose}[/]", soft_wrap=True)
    show.out.print(f"\nEverything is in {home}, in open files.", style="dim")
