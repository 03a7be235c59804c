"""What DataBrew's operations mean, as its developer guide has it: exactly those that the recipe uses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from math import floor
from typing import Any

Cell = str | int | Decimal | datetime | None
Row = dict[str, Cell]
Told = Mapping[str, str]
_FILTER = "REMOVE_VALUES"


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read what the guide leaves open; a recipe is sound if its answer is the same under all readings.

    Attributes:
        entire: a pattern is held against the whole value, not found in it.
        null_is_flagged: a flag from a pattern on a missing value is the false string, not missing itself.
        unextracted: what a pattern that extracts nothing leaves.
    """

    entire: bool = False
    null_is_flagged: bool = True
    unextracted: str | None = None

    def match(self, pattern: str, text: str) -> re.Match[str] | None:
        """The place of a pattern in a text."""
        return re.fullmatch(pattern, text) if self.entire else re.search(pattern, text)


class UnknownOperationError(ValueError):
    """A recipe step that is not interpreted here."""


def run(steps: Sequence[Mapping[str, Any]], rows: Sequence[Row], reading: Reading | None = None) -> list[Row]:
    """The rows that a recipe makes of others.

    Args:
        steps: as ``CreateRecipe`` takes them.
        rows: texts by column; a blank cell is None.
        reading: of what the guide leaves open.

    Raises:
        UnknownOperationError: an operation, condition, type or parameter that is not interpreted; by name.
    """
    table = [dict(row) for row in rows]
    for step in steps:
        table = _one(step, table, reading or Reading())
    return table


def _one(step: Mapping[str, Any], rows: list[Row], reading: Reading) -> list[Row]:
    name = step["Action"]["Operation"]
    told = step["Action"].get("Parameters", {})
    if name not in OPERATIONS:
        raise UnknownOperationError(f"DataBrew's operation {name} is not interpreted here.")
    operation, known = OPERATIONS[name]
    if unknown := sorted(set(told) ^ known):
        raise UnknownOperationError(f"{name} takes {', '.join(sorted(known))}; not so: {', '.join(unknown)}.")
    conditions = step.get("ConditionExpressions", [])
    if bool(conditions) != (name == _FILTER):
        raise UnknownOperationError(f"{name} with {len(conditions)} conditions is not interpreted here.")
    if conditions:
        rows = [row for row in rows if not all(_meets(row, condition) for condition in conditions)]
    return operation(rows, told, reading)


def _meets(row: Row, condition: Mapping[str, str]) -> bool:
    value, kind = row[condition["TargetColumn"]], condition["Condition"]
    if kind == "IS_MISSING":
        return value is None
    if kind not in ("IS", "IS_NOT"):
        raise UnknownOperationError(f"DataBrew's condition {kind} is not interpreted here.")
    return (value in json.loads(condition["Value"])) == (kind == "IS")


def _remove_values(rows: list[Row], _: Told, __: Reading) -> list[Row]:
    """Filters out rows that meet all conditions, which was done."""
    return rows


def _change_data_type(rows: list[Row], told: Told, _: Reading) -> list[Row]:
    """Changes the type; a value that cannot be converted is replaced with null."""
    column, kind = told["sourceColumn"], told["columnDataType"]
    if kind not in _TYPES:
        raise UnknownOperationError(f"DataBrew's type {kind} is not interpreted here.")
    return [row | {column: _converted(row[column], _TYPES[kind])} for row in rows]


def _converted(value: Cell, convert: Callable[[str], Cell]) -> Cell:
    try:
        return None if value is None else convert(str(value))
    except (ValueError, InvalidOperation):
        return None


def _timestamp(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


_TYPES: dict[str, Callable[[str], Cell]] = {"string": str, "decimal": Decimal, "long": int, "timestamp": _timestamp}


def _remove_missing(rows: list[Row], told: Told, _: Reading) -> list[Row]:
    return [row for row in rows if row[told["sourceColumn"]] is not None]


def _flag(rows: list[Row], told: Told, reading: Reading) -> list[Row]:
    """A new column that says whether the pattern is present."""
    if told["flagType"] != "Pattern":
        raise UnknownOperationError(f"A flag of type {told['flagType']} is not interpreted here.")

    def flag(value: Cell) -> str | None:
        if value is None:
            return told["falseString"] if reading.null_is_flagged else None
        return told["trueString" if reading.match(told["pattern"], str(value)) else "falseString"]

    return [row | {told["targetColumn"]: flag(row[told["sourceColumn"]])} for row in rows]


def _extract(rows: list[Row], told: Told, reading: Reading) -> list[Row]:
    """A new column of what the pattern finds."""

    def found(value: Cell) -> str | None:
        match = None if value is None else re.search(told["pattern"], str(value))
        return match[0] if match else reading.unextracted

    return [row | {told["targetColumn"]: found(row[told["sourceColumn"]])} for row in rows]


def _delete(rows: list[Row], told: Told, _: Reading) -> list[Row]:
    return [{name: value for name, value in row.items() if name != told["sourceColumn"]} for row in rows]


def _rename(rows: list[Row], told: Told, _: Reading) -> list[Row]:
    names = {told["sourceColumn"]: told["targetColumn"]}
    return [{names.get(name, name): value for name, value in row.items()} for row in rows]


def _multiply(rows: list[Row], told: Told, _: Reading) -> list[Row]:
    return _calculated(rows, told, lambda value: value * int(told["value2"]), "sourceColumn1")


def _floor(rows: list[Row], told: Told, _: Reading) -> list[Row]:
    return _calculated(rows, told, floor, "sourceColumn")


def _add(rows: list[Row], told: Told, _: Reading) -> list[Row]:
    return _calculated(rows, told, lambda one, other: one + other, "sourceColumn1", "sourceColumn2")


def _calculated(rows: list[Row], told: Told, calculate: Callable[..., Cell], *sources: str) -> list[Row]:
    """A new column; nothing with anything is nothing."""

    def calculated(row: Row) -> Cell:
        values = [row[told[source]] for source in sources]
        return None if None in values else calculate(*values)

    return [row | {told["targetColumn"]: calculated(row)} for row in rows]


def _delete_duplicate_rows(rows: list[Row], _: Told, __: Reading) -> list[Row]:
    """Deletes any row that matches an earlier one exactly."""
    return list({frozenset(row.items()): row for row in rows}.values())


Operation = Callable[[list[Row], Told, Reading], list[Row]]
OPERATIONS: dict[str, tuple[Operation, set[str]]] = {
    "ADD": (_add, {"sourceColumn1", "sourceColumn2", "targetColumn"}),
    "CHANGE_DATA_TYPE": (_change_data_type, {"sourceColumn", "columnDataType"}),
    "DELETE": (_delete, {"sourceColumn"}),
    "DELETE_DUPLICATE_ROWS": (_delete_duplicate_rows, set()),
    "EXTRACT_PATTERN": (_extract, {"sourceColumn", "targetColumn", "pattern"}),
    "FLAG_COLUMN_FROM_PATTERN": (
        _flag,
        {"sourceColumn", "targetColumn", "flagType", "pattern", "trueString", "falseString"},
    ),
    "FLOOR": (_floor, {"sourceColumn", "targetColumn"}),
    "MULTIPLY": (_multiply, {"sourceColumn1", "value2", "targetColumn"}),
    "REMOVE_MISSING": (_remove_missing, {"sourceColumn"}),
    _FILTER: (_remove_values, {"sourceColumn"}),
    "RENAME": (_rename, {"sourceColumn", "targetColumn"}),
}
"""What is interpreted: each operation, and the parameters the recipe gives it."""
