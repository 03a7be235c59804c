"""Predicates and values over single events, each worked out once for all watches."""

from __future__ import annotations

import pyarrow as pa
from sqlglot import exp

from footfall.detect.compile import DIALECT
from footfall.detect.relation import SCHEMA


class Scalars:
    """What is to be worked out, as SQL; predicate 0 is always true."""

    def __init__(self) -> None:
        self.flags = ["TRUE"]
        self.values: list[str] = []

    def flag(self, conditions: list[exp.Expr]) -> int:
        """The predicate that all conditions make together."""
        texts = sorted({f"({condition.sql(DIALECT)})" for condition in conditions})
        return _place(self.flags, " AND ".join(texts) or "TRUE")

    def value(self, conditions: list[exp.Expr], value: exp.Expr) -> int:
        """The value, 0 where a condition does not hold."""
        text = " AND ".join(f"({condition.sql(DIALECT)})" for condition in conditions) or "TRUE"
        return _place(self.values, f"CASE WHEN {text} THEN {value.sql(DIALECT)} END")


def is_text(name: str) -> bool:
    """Whether a column of the relation is text."""
    return bool(pa.types.is_dictionary(SCHEMA.field(name).type)) if name in SCHEMA.names else False


def _place(items: list[str], item: str) -> int:
    if item not in items:
        items.append(item)
    return items.index(item)
