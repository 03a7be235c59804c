"""The discount calendar: when each category draws people and sells, and in which hours a discount has room."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from footfall.insights.windows import WEEKS, switchback
from footfall.ports import FootfallError
from footfall.web import formats
from footfall.web.export import narrowed, send
from footfall.web.heat import heat
from footfall.web.pager import pager
from footfall.web.pages.overview import choices
from footfall.web.view import View

TITLE, PATH, PLACE, TEMPLATE = "Discount calendar", "/discounts", 30, "discounts.html"
STEADY = True
FILTERS = ("days", "count", "category")
SPAN = 84
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT = tuple(name[:3] for name in WEEKDAYS)
LABELS = {"discount": "Discount", "harvest": "Harvest", "quiet": "Quiet"}
MEASURES = {
    "interest": ("Interest", "interest_each"),
    "conversion": ("Conversion", "conversion"),
    "revenue": ("Revenue", "revenue_each"),
}
SHOWN = 16
"""Categories shown unless all are asked for."""
CARDS = 3
TEST_WEEKS = 8

Run = dict[str, Any]


def data(view: View) -> dict[str, Any]:
    """What the template needs."""
    windows = narrowed(view.rows("windows"), view)
    label = _chosen(view, "label", LABELS)
    listed = windows.filter(pc.equal(windows["label"], label))
    shown = pager(view, listed.num_rows)
    runs = _runs(windows.filter(pc.equal(windows["label"], "discount")).to_pylist())
    counts = pc.value_counts(windows["label"]).to_pylist()
    weeks = view.days.days / 7
    return {
        **_map(view, windows),
        "cards": runs[:CARDS],
        "discounts": len(runs),
        "label": label,
        "labels": LABELS,
        "counted": {name: next((c["counts"] for c in counts if c["values"] == name), 0) for name in LABELS},
        "pager": shown,
        "windows": shown.rows(listed),
        "weekdays": SHORT,
        "short": weeks < WEEKS,
        "needed": WEEKS,
        "weeks": int(weeks),
        "choices": choices(view.rows("funnel")),
    }


def _chosen(view: View, name: str, among: dict[str, Any]) -> str:
    value = view.query.get(name, "")
    return value if value in among else next(iter(among))


def _map(view: View, windows: pa.Table) -> dict[str, Any]:
    by = _chosen(view, "by", {"hour": 1, "weekday": 1})
    measure = _chosen(view, "measure", MEASURES)
    rows = narrowed(view.rows("hours" if by == "hour" else "weekdays"), view).to_pylist()
    slots = range(24) if by == "hour" else range(1, 8)
    totals: dict[str, int] = {}
    for row in rows:
        if row["category"] != "*":
            totals[row["category"]] = totals.get(row["category"], 0) + row["interest"]
    names = sorted(totals, key=lambda name: (-totals[name], name))
    kept = names if view.query.get("all") else names[:SHOWN]
    cells = heat(rows, by, slots, MEASURES[measure][1], _outlined(windows, by))
    return {
        "by": by,
        "measure": measure,
        "measures": MEASURES,
        "slots": [f"{slot:02d}" for slot in slots] if by == "hour" else SHORT,
        "heat": {name: cells[name] for name in kept},
        "categories": len(names),
    }


def _outlined(windows: pa.Table, by: str) -> dict[tuple[str, int], tuple[str, str]]:
    """The slots of categories in which a discount window lies, with what they are."""
    found: dict[tuple[str, int], list[str]] = {}
    for row in windows.filter(pc.equal(windows["label"], "discount")).to_pylist():
        when = f"{SHORT[row['weekday'] - 1]} {formats.hours(row['hour'])}"
        found.setdefault((row["category"], row[by]), []).append(f"{when} ({row['status']})")
    return {key: ("discount", f"Discount window: {', '.join(says)}") for key, says in found.items()}


def _runs(rows: list[Run]) -> list[Run]:
    """Windows of the same category, day and status that follow each other as one, the highest gain first."""
    runs: list[Run] = []
    for row in sorted(rows, key=lambda row: (row["category"], row["weekday"], row["hour"])):
        last = runs[-1] if runs else None
        same = last and all(last[name] == row[name] for name in ("category", "weekday", "status"))
        if last and same and last["hour"] + last["count"] == row["hour"]:
            _add(last, row)
        else:
            runs.append({**row, "count": 1, "day": WEEKDAYS[row["weekday"] - 1]})
    return sorted(runs, key=lambda run: (run["status"] != "confirmed", -run["gain_week"]))


def _add(run: Run, row: Run) -> None:
    run["count"] += 1
    for name in ("interest", "expected_interest", "buyers", "expected_buyers", "gain", "gain_week"):
        run[name] += row[name]
    run["lift"] = run["interest"] / run["expected_interest"] if run["expected_interest"] else run["lift"]
    run["conversion"] = run["buyers"] / run["interest"] if run["interest"] else 0.0
    run["expected_conversion"] = run["expected_buyers"] / run["interest"] if run["interest"] else 0.0


def plan(request: Request) -> Response:
    """The test plan of the discount windows that the address names: in which weeks to give the discount.

    Parameters: ``category``, ``weekday`` (ISO), ``hour``; without them all discount windows.
    """
    from footfall.web.app import view_of

    view = view_of(request, SPAN)
    try:
        windows = narrowed(view.rows("windows"), view)
        first = view.extent.last + timedelta(days=8 - view.extent.last.isoweekday())
    except FootfallError as error:
        return PlainTextResponse(f"{error}\n", 503)
    windows = windows.filter(pc.equal(windows["label"], "discount"))
    for name in ("weekday", "hour"):
        with suppress(ValueError):
            windows = windows.filter(pc.equal(windows[name], int(view.query.get(name, "")[:3])))
    rows = _planned(windows.to_pylist(), first)
    return send(rows, f"test-plan-{first}", "csv", bool(view.query.get("bom")))


def _planned(windows: list[Run], first: date) -> pa.Table:
    rows = [
        {
            "category": row["category"],
            "status": row["status"],
            "date": day,
            "weekday": WEEKDAYS[row["weekday"] - 1],
            "hours": formats.hours(row["hour"]),
            "discount": "yes" if given else "no",
            "expected_conversion": row["expected_conversion"],
            "usual_conversion": row["conversion"],
        }
        for row in windows
        for day, given in switchback(row["weekday"], row["hour"], first, TEST_WEEKS)
    ]
    texts = [(name, pa.string()) for name in ("category", "status", "weekday", "hours", "discount")]
    shares = [(name, pa.float64()) for name in ("expected_conversion", "usual_conversion")]
    schema = pa.schema([*texts[:2], ("date", pa.date32()), *texts[2:], *shares])
    return pa.Table.from_pylist(rows, schema)


ROUTES = (Route("/discounts/plan.csv", plan),)
