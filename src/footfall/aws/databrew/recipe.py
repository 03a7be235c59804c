"""The DataBrew recipe for REES46's nine columns, made from the laws of ``event`` and ``ingest.validate``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from footfall.event import FIELDS, IDENTITIES, PRODUCT_EVENTS, EventType, Field
from footfall.ingest.convert import AMOUNT, HIGHEST_PRICE, LONGEST_TEXT
from footfall.ingest.validate import EARLIEST, LATEST

Step = dict[str, Any]

COLUMNS = FIELDS[:9]
"""The columns of a file: the heart of the event."""
PARTITION = "day"
"""The output's column of the UTC day."""
BYTES_A_CHARACTER = 4
_BAD, _CARRY, _SHIFTED, _WHOLE, _INSTANT = "_bad", "_carry", "_shifted", "_whole", "_instant"
_END = r"(?![\s\S])"  # "$" would also match before a line break, and Java knows more of those than Python


def steps(minor_digits: int) -> list[Step]:
    """The recipe's steps as ``CreateRecipe`` takes them: rows that ingest would refuse leave, the others are typed.

    Args:
        minor_digits: digits of the minor unit of the store's currency.
    """
    return [*_typed(), *_refusals(minor_digits), *_instant(), *_money(minor_digits), _step("DELETE_DUPLICATE_ROWS")]


def _typed() -> Iterator[Step]:
    for column in COLUMNS:
        yield _step("CHANGE_DATA_TYPE", sourceColumn=column.name, columnDataType="string")


def _refusals(minor_digits: int) -> Iterator[Step]:
    for column in COLUMNS:
        if column.required:
            yield _step("REMOVE_MISSING", sourceColumn=column.name)
        if pattern := fitting(column):
            yield from _only(column.name, pattern)
    yield _remove(("event_type", "IS_NOT", list(EventType)))
    yield _remove(("product_id", "IS_MISSING", None), ("event_type", "IS", sorted(PRODUCT_EVENTS)))
    named = [column.name for column in COLUMNS if column.name in IDENTITIES]
    yield _remove(*((name, "IS_MISSING", None) for name in named))
    if minor_digits > 2:
        digits = len(str(HIGHEST_PRICE)) - 1 - minor_digits
        yield from _only("price", rf"^0*[0-9]{{1,{digits}}}(?:\.[0-9]*)?{_END}")


def fitting(column: Field) -> str:
    """The pattern of a column's good values, the same to Java and to Python; empty where a list says more."""
    if column.kind == "time":
        return moments()
    if column.kind == "money":
        return AMOUNT.removesuffix("$") + _END
    if column.name == "event_type":
        return ""
    return rf"^(?:[\x01-\x7f]{{0,{LONGEST_TEXT}}}|[^\x00]{{0,{LONGEST_TEXT // BYTES_A_CHARACTER}}}){_END}"


def moments() -> str:
    """REES46's times, with or without `` UTC``, and ISO 8601 in UTC to the second, on days that the calendar has."""
    first, after = (value.astype(datetime).year for value in (EARLIEST, LATEST))
    years, leap = (_either([y for y in range(first, after) if not y % every]) for every in (1, 4))
    days = {31: "(?:0[13578]|1[02])", 30: "(?:0[469]|11)"}
    dates = [rf"{years}-{months}-(?:0[1-9]|[12][0-9]|3[0-{last - 30}])" for last, months in days.items()]
    february = [rf"{years}-02-(?:0[1-9]|1[0-9]|2[0-8])", rf"{leap}-02-29"]
    return rf"^(?:{'|'.join([*dates, *february])})[ T](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?: UTC|Z)?{_END}"


def _either(years: Sequence[int]) -> str:
    return f"(?:{'|'.join(map(str, years))})"


def _instant() -> Iterator[Step]:
    """The time without its zone, and its day."""
    yield _extract("event_time", PARTITION, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}")
    yield _extract("event_time", _INSTANT, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}")
    yield _step("DELETE", sourceColumn="event_time")
    yield _step("RENAME", sourceColumn=_INSTANT, targetColumn="event_time")
    yield _step("CHANGE_DATA_TYPE", sourceColumn="event_time", columnDataType="timestamp")


def _money(minor_digits: int) -> Iterator[Step]:
    """Minor units, half of one to the even neighbour: ROUND does not say where it sends a half."""
    yield _flag("price", _CARRY, carrying(minor_digits), "1", "0")
    yield _step("CHANGE_DATA_TYPE", sourceColumn="price", columnDataType="decimal")
    yield _step("MULTIPLY", sourceColumn1="price", value2=str(10**minor_digits), targetColumn=_SHIFTED)
    yield _step("FLOOR", sourceColumn=_SHIFTED, targetColumn=_WHOLE)
    for column in (_WHOLE, _CARRY):
        yield _step("CHANGE_DATA_TYPE", sourceColumn=column, columnDataType="long")
    yield _step("DELETE", sourceColumn="price")
    yield _step("ADD", sourceColumn1=_WHOLE, sourceColumn2=_CARRY, targetColumn="price")
    yield from (_step("DELETE", sourceColumn=column) for column in (_CARRY, _SHIFTED, _WHOLE))


def carrying(minor_digits: int) -> str:
    """The pattern of amounts that are rounded up: beyond half a minor unit, or at half behind an odd digit."""
    kept = rf"^[0-9]+\.[0-9]{{{minor_digits}}}"
    odd = rf"^[0-9]+\.[0-9]{{{minor_digits - 1}}}[13579]" if minor_digits else r"^[0-9]*[13579]\."
    return rf"(?:{kept}(?:[6-9][0-9]*|5[0-9]*[1-9][0-9]*)|{odd}50*){_END}"


def _only(column: str, pattern: str) -> Iterator[Step]:
    """Rows whose value is good or missing: bad ones are flagged, as the guide leaves a missing value's flag open."""
    yield _flag(column, _BAD, rf"^(?!{pattern})[\s\S]+", "yes", "no")
    yield _remove((_BAD, "IS", ["yes"]))
    yield _step("DELETE", sourceColumn=_BAD)


def _flag(column: str, target: str, pattern: str, hit: str, miss: str) -> Step:
    named = {"sourceColumn": column, "targetColumn": target, "pattern": pattern}
    return _step("FLAG_COLUMN_FROM_PATTERN", **named, flagType="Pattern", trueString=hit, falseString=miss)


def _extract(column: str, target: str, pattern: str) -> Step:
    return _step("EXTRACT_PATTERN", sourceColumn=column, targetColumn=target, pattern=pattern)


def _remove(*conditions: tuple[str, str, Sequence[str] | None]) -> Step:
    """Removes the rows that meet every condition."""
    told = [
        {"Condition": condition, "TargetColumn": column} | ({"Value": json.dumps(values)} if values else {})
        for column, condition, values in conditions
    ]
    return _step("REMOVE_VALUES", sourceColumn=conditions[0][0]) | {"ConditionExpressions": told}


def _step(operation: str, **parameters: str) -> Step:
    return {"Action": {"Operation": operation} | ({"Parameters": parameters} if parameters else {})}
