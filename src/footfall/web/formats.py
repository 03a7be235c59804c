"""How figures, money, moments and names are written: one way each, a dash where there is nothing to say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from markupsafe import Markup, escape

from footfall.config import Store

NONE = "–"
MINUS = "−"
GAP = "\N{NO-BREAK SPACE}"
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$", "PLN": "zł "}
LONGEST = 80
"""Characters of a name that are shown."""
SHORTENED = 2
"""Letters of what is an abbreviation: TV, PC."""
LONGEST_NUMBER = 8
"""Digits of a category without a name that are shown whole."""
UNSEEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff\\ufff9-\\ufffb\\ud800-\\udfff]"
)
"""Characters that are not seen, or that turn the text around them."""

Format = Callable[..., str]


def number(value: float | None, digits: int = 0) -> str:
    """``132,480``."""
    return NONE if value is None else _minus(f"{value:,.{digits}f}")


def percent(share: float | None, digits: int = 1) -> str:
    """A share as ``62.5 %``."""
    return NONE if share is None else _minus(f"{100 * share:.{digits}f}{GAP}%")


def change(share: float | None) -> str:
    """A change as ``+8.2 %``."""
    if share is None:
        return NONE
    text = _minus(f"{100 * share:+.1f}{GAP}%")
    return f"±{text[1:]}" if text[1:].startswith("0.0\N{NO-BREAK SPACE}") else text


def day(value: date) -> str:
    """``24 Oct 2026``."""
    return f"{value.day} {value:%b %Y}"


def short_day(value: date) -> str:
    """``Fri 23 Oct``."""
    return f"{value:%a} {value.day} {value:%b}"


def days(value: Any) -> str:
    """A range as ``24 Oct – 22 Nov 2026``."""
    if value.since == value.until:
        return day(value.since)
    first = f"{value.since.day} {value.since:%b}" if value.since.year == value.until.year else day(value.since)
    return f"{first} – {day(value.until)}"


def hours(first: int, count: int = 1) -> str:
    """Hours of the day as ``08:00–11:00``."""
    return f"{first:02d}:00–{(first + count - 1) % 24 + 1:02d}:00"


def ago(hours: int) -> str:
    """``27 h ago``; days from two on."""
    return f"{hours:,} h ago" if hours < 48 else f"{hours // 24:,} d ago"


def category(name: str | None) -> str:
    """``electronics.audio.headphones`` as ``Electronics › Audio › Headphones``."""
    if not name:
        return "(no category)"
    parts = [part.replace("_", " ").strip() for part in name.split(".")]
    return " › ".join(_capital(part) for part in parts if part) or name


def _capital(part: str) -> str:
    return part.upper() if len(part) <= SHORTENED else part[:1].upper() + part[1:]


def leaf(name: str | None) -> str:
    """The last part of a category: ``Headphones``; the end of a number that stands for one."""
    last = category(name).rsplit(" › ", 1)[-1]
    return f"Category{GAP}{last[-6:]}" if last.isdigit() and len(last) > LONGEST_NUMBER else last


def named(value: object, longest: int = LONGEST) -> Markup:
    """A text of unknown origin: cut, nothing unseen in it, kept from turning the text around it."""
    return Markup("<bdi>{}</bdi>").format(shown(value, longest))


def shown(value: object, longest: int = LONGEST) -> str:
    """The same without the mark, for an attribute."""
    text = seen("" if value is None else str(value)[: 2 * longest])
    return (text if len(text) <= longest else f"{text[: longest - 1]}…") or NONE


def coded(text: str) -> Markup:
    """A text of our own whose names stand between backticks, as code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def seen(text: str) -> str:
    """A text with a mark for each character that is not seen."""
    return UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _minus(text: str) -> str:
    return text.replace("-", MINUS)


def plain() -> dict[str, Format]:
    """The filters of templates that are the same for every store."""
    return {
        "number": number,
        "percent": percent,
        "change": change,
        "day": day,
        "short_day": short_day,
        "days": days,
        "hours": hours,
        "ago": ago,
        "coded": coded,
        "category": category,
        "leaf": leaf,
        "named": named,
        "shown": shown,
    }


def of_store(store: Store) -> dict[str, Format]:
    """The filters that need the store's currency or zone; money comes in minor units, moments in epoch ms."""
    sign, digits = SIGNS.get(store.currency, f"{store.currency} "), store.minor_digits

    def money(minor: float | None) -> str:
        if minor is None:
            return NONE
        return f"{MINUS if minor < 0 else ''}{sign}{abs(minor) / 10**digits:,.{digits}f}"

    def short_money(minor: float | None) -> str:
        if minor is None:
            return NONE
        major = abs(minor) / 10**digits
        return f"{MINUS if minor < 0 else ''}{sign}{_short(major)}"

    def moment(ms: int | None) -> str:
        if ms is None:
            return NONE
        at = datetime.fromtimestamp(ms / 1000, UTC).astimezone(store.zone)
        return f"{at.day} {at:%b %H:%M}"

    return {"money": money, "short_money": short_money, "moment": moment}


def _short(major: float) -> str:
    for size, unit in ((1e9, "B"), (1e6, "M")):
        if major >= size:
            return f"{major / size:.2f}{unit}"
    return f"{major:,.0f}"
