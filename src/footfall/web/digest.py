"""The week in a mail: the figures, what bots moved, what to promote, who attacked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow.compute as pc

from footfall.config import Store
from footfall.incident import Incident
from footfall.ports import Plane
from footfall.web import formats
from footfall.web.digest_picture import bars
from footfall.web.figures import Figure, by_day
from footfall.web.filters import Filters, Range
from footfall.web.live_card import crowd
from footfall.web.pages import overview
from footfall.web.render import fragment
from footfall.web.view import Shelf, View

WEEK = 7
NAMED = 3
"""Brands that are named."""
CHARTS = (("visitors", "visitors", "Unique visitors per day"), ("sales", "revenue", "Revenue per day"))


@dataclass(frozen=True, slots=True)
class Digest:
    """A mail: its subject, the same words with and without pictures, the pictures by the names that it uses."""

    subject: str
    html: str
    text: str
    pictures: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its words: the days under it, and what each bar says."""

    name: str
    title: str
    says: str
    days: tuple[str, ...]


def digest(plane: Plane, store: Store, today: date, page: str = "") -> Digest:
    """The last whole week that there is: Monday to Sunday, or the last seven days where those lie further back.

    Args:
        plane: where the figures come from.
        store: name, zone and currency.
        today: store-local.
        page: the dashboard's address, for links; empty for none.

    Raises:
        FootfallError: there is nothing to tell of yet.
    """
    sunday = today - timedelta(days=today.isoweekday())
    view = View(Shelf(plane), store, span=WEEK)
    view = replace(view, filters=Filters(until=min(sunday, view.extent.last)))
    pictures: dict[str, bytes] = {}
    told = {
        "shop": store.name,
        "days": view.days,
        "figures": [_plain(one) for one in overview.data(view)["figures"]],
        "charts": [_chart(view, *chart, pictures) for chart in CHARTS],
        "brands": _brands(view),
        "attacks": _attacks(view),
        "page": page.rstrip("/"),
    }
    subject = f"{formats.seen(store.name)}: {formats.days(view.days)}"
    return Digest(subject, fragment(store, "digest.html", **told), _text(told), pictures)


def _plain(figure: Figure) -> dict[str, str]:
    change = f"{formats.change(figure.change)} {figure.words}" if figure.change is not None else ""
    said = {"title": figure.title, "shown": figure.shown, "change": change, "tone": figure.tone}
    return {**said, "beside": figure.beside, "bots": figure.bots}


def _chart(view: View, export: str, column: str, title: str, pictures: dict[str, bytes]) -> Chart:
    shown = _days(view.days)
    values = by_day(view.rows(export), column)
    past = by_day(view.rows(export, view.before), column) if view.before else {}
    now = [values.get(day, 0.0) for day in shown]
    pictures[f"{column}.png"] = bars(now, [past.get(day, 0.0) for day in _days(view.before)] if view.before else [])
    write = formats.of_store(view.store)["short_money"] if column == "revenue" else formats.number
    says = ", ".join(f"{day:%a} {write(value)}" for day, value in zip(shown, now, strict=True))
    return Chart(f"{column}.png", title, says, tuple(f"{day:%a}" for day in shown))


def _days(shown: Range) -> list[date]:
    return [shown.since + timedelta(days=number) for number in range(shown.days)]


def _brands(view: View) -> list[dict[str, Any]]:
    rows = view.rows("brands")
    promoted: list[dict[str, Any]] = rows.filter(pc.equal(rows["label"], "Promote")).slice(0, NAMED).to_pylist()
    return promoted


def _attacks(view: View) -> list[tuple[str, int]]:
    """Attacks that began in these days, by what they were, the most frequent first; crowds are none."""
    first, end = (_ms(view, day) for day in (view.days.since, view.days.until + timedelta(days=1)))
    every = [one for one in view.plane.live.store.incidents(since=first) if first <= one.opened < end]
    return Counter(_named(one) for one in every if not crowd(one)).most_common()


def _named(incident: Incident) -> str:
    return str(incident.evidence.get("title", incident.rule))


def _ms(view: View, day: date) -> int:
    return int(datetime.combine(day, time(), view.store.zone).timestamp() * 1000)


def _text(told: Mapping[str, Any]) -> str:
    """The mail without pictures; names of unknown origin lose what is not seen and cannot begin a line of their own."""
    lines = [f"{formats.seen(told['shop'])}, {formats.days(told['days'])}", ""]
    for one in told["figures"]:
        lines.append(
            "  ".join(part for part in (f"{one['title']}: {one['shown']}", one["change"], one["beside"]) if part)
        )
        lines += [f"  {one['bots']}"] if one["bots"] else []
    lines += ["", *(f"{chart.title}: {chart.says}" for chart in told["charts"])]
    if told["brands"]:
        lines += ["", "Worth promoting:"]
        lines += [f"  {_short(row['brand'])} in {_short(formats.category(row['category']))}" for row in told["brands"]]
    lines += ["", "Attacks:"] if told["attacks"] else ["", "No attack."]
    lines += [f"  {count:,} × {_short(title)}" for title, count in told["attacks"]]
    return "\n".join([*lines, *(["", told["page"]] if told["page"] else []), ""])


def _short(text: str | None) -> str:
    return formats.seen(text or formats.NONE)[: formats.LONGEST]
