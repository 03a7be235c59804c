"""Values as tools tell them: times, money, paths; each as the event has it, or refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from footfall.config import MINOR_DIGITS
from footfall.ingest.dialects import RefusedError

SECOND = 1_000_000
TOLERANCE = 2 * SECOND
"""A client's clock that differs by less is right: the difference is the way, or a time cut to its second."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * SECOND for year in (1995, 2100))
_DIGITS_OF_MILLISECONDS = 13
_SCALES = (1, 10, 100, 1000)


def micros(told: Any) -> int:
    """A time as microseconds since 1970, UTC: ISO 8601 text (UTC where it names no zone), or milliseconds.

    Raises:
        RefusedError: no time, or none between 1995 and 2100.
    """
    if isinstance(told, str) and not (told.isascii() and told.isdigit()):
        return _judged(_of_text(told))
    if isinstance(told, str | int) and not isinstance(told, bool) and len(str(told)) == _DIGITS_OF_MILLISECONDS:
        return _judged(int(told) * 1000)
    raise RefusedError("event_time: not a time")


def _judged(at: int) -> int:
    if _EARLIEST <= at < _LATEST:
        return at
    raise RefusedError("event_time: not between 1995 and 2100")


def _of_text(told: str) -> int:
    try:
        moment = datetime.fromisoformat(told)
        since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    except (ValueError, OverflowError):
        raise RefusedError("event_time: not a time") from None
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def corrected(at: int, sent_at: int | None, received_at: int | None) -> int:
    """A client's time by our clock: moved by as much as the client's clock was wrong when it sent the event."""
    if sent_at is None or received_at is None or -TOLERANCE <= received_at - sent_at <= TOLERANCE:
        return at
    return at + received_at - sent_at


def happened(told: Any, sent_at: int | None, received_at: int | None) -> str:
    """A client's time as the event has it, corrected; text that needs no correction is left to the law.

    Raises:
        RefusedError: no time, as far as it has to be read.
    """
    right = sent_at is None or received_at is None or -TOLERANCE <= received_at - sent_at <= TOLERANCE
    if right and told.__class__ is str and not told.isdigit():
        return str(told)
    return clock(corrected(micros(told), sent_at, received_at))


def clock(at: int) -> str:
    """Microseconds since 1970 as the event has a time: ``2026-11-23T03:16:02.453000Z``."""
    second, fraction = divmod(at, SECOND)
    return f"{_second(second)}.{fraction:06}Z"


@lru_cache(1 << 12)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]


def minor(told: Any, digits: int) -> int | None:
    """An amount in major units as minor units; half a minor unit goes to the even neighbour.

    Raises:
        RefusedError: no amount, or a negative one.
    """
    if told is None or told == "":
        return None
    try:
        plain = told.__class__ is float or told.__class__ is int
        amount = round(told * _SCALES[digits]) if plain else _of_decimal(told, digits)
    except (ArithmeticError, ValueError):
        amount = -1
    if not 0 <= amount < 2**63:
        raise RefusedError("price: not an amount of money")
    return amount


def _of_decimal(told: Any, digits: int) -> int:
    if not isinstance(told, str) or len(told) > 40:
        return -1
    try:
        amount = Decimal(told)
    except InvalidOperation:
        return -1
    return round(amount.scaleb(digits)) if amount.is_finite() and abs(amount.adjusted()) < 20 else -1


def digits_of(currency: Any, digits: int) -> int:
    """Digits of the minor unit of the currency that an event names; the store's where it names none."""
    return MINOR_DIGITS.get(currency, 2) if isinstance(currency, str) and currency else digits


def text(told: Any) -> str | None:
    """An id or a name: text as it is, a number as its digits.

    Raises:
        RefusedError: something else.
    """
    if told is None or told.__class__ is str:
        return told or None
    if isinstance(told, int | float) and not isinstance(told, bool):
        return str(told)
    raise RefusedError("an id or a name is not text")


def whole(told: Any) -> int | None:
    """A number of pieces: ``2``, ``"2"`` and ``2.0`` are two.

    Raises:
        RefusedError: something else, or more than 64 bits.
    """
    if told is None or told == "":
        return None
    if told.__class__ is int and 0 <= told < 2**63:
        return int(told)
    if isinstance(told, float) and told.is_integer():
        told = int(told)
    if isinstance(told, str) and len(told) < 19 and told.isascii() and told.isdigit():
        told = int(told)
    if isinstance(told, bool) or not isinstance(told, int) or not 0 <= told < 2**63:
        raise RefusedError("quantity: not a whole number")
    return told


def counted(number: int, name: Any) -> Any:
    """The id of an event's first, second… row: the event's own, then that with ``.2``, ``.3``…"""
    return f"{name}.{number}" if number > 1 and name else name


@lru_cache(1 << 12)
def place(url: str) -> tuple[str | None, str | None]:
    """A page's path, with its query, and the campaign's source that its address names."""
    try:
        parts = urlsplit(url)
        query = parts.query
        source = parse_qs(query).get("utm_source", [None])[0] if "utm_source" in query else None
    except ValueError:
        return None, None
    path = parts.path or ("/" if parts.netloc else "")
    return (f"{path}?{query}" if query else path) or None, source


def page(url: Any) -> tuple[str | None, str | None]:
    """What ``place`` says of an address; nothing of anything else."""
    return place(url) if isinstance(url, str) and len(url) < 1 << 14 else (None, None)
