"""Predicates over events: simple ones are looked up once for each distinct value, the others DuckDB works out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp, parse_one

from footfall.detect.compile import DIALECT
from footfall.detect.relation import SCHEMA
from footfall.detect.windows.names import Ids

Atom = Callable[[pa.Table], Ids]
"""Which events of a table pass."""

_NUMERIC: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.EQ: np.equal,
    exp.NEQ: np.not_equal,
    exp.GT: np.greater,
    exp.GTE: np.greater_equal,
    exp.LT: np.less,
    exp.LTE: np.less_equal,
}


class Predicates:
    """Works out predicates and values for batches of events.

    Args:
        flags: conditions, as SQL; NULL does not pass.
        values: whole numbers, as SQL; NULL is 0.
    """

    def __init__(self, flags: Sequence[str], values: Sequence[str]) -> None:
        self._count = len(flags)
        self._atoms: dict[str, Atom] = {}
        self._simple = {place: names for place, text in enumerate(flags) if (names := self._split(text)) is not None}
        asked = {f"f{place}": text for place, text in enumerate(flags) if place not in self._simple}
        columns = [f"COALESCE({text}, FALSE) AS {name}" for name, text in asked.items()]
        columns += [f"COALESCE({text}, 0)::BIGINT AS v{place}" for place, text in enumerate(values)]
        self._values = [f"v{place}" for place in range(len(values))]
        self._sql = f"SELECT {', '.join(columns)} FROM events" if columns else ""
        self._connection = duckdb.connect(":memory:", config={"threads": 1})

    def flags_and_values(self, events: pa.Table) -> tuple[list[Ids], list[Ids]]:
        """For each predicate the events that pass, for each value its numbers."""
        known = {name: atom(events) for name, atom in self._atoms.items()}
        asked = self._asked(events)
        flags = []
        for place in range(self._count):
            if place in self._simple:
                parts = [known[name] for name in self._simple[place]]
                flags.append(np.logical_and.reduce(parts) if parts else np.ones(len(events), bool))
            else:
                flags.append(asked[f"f{place}"].to_numpy())
        return flags, [asked[name].to_numpy() for name in self._values]

    def _asked(self, events: pa.Table) -> Any:
        if not self._sql:
            return {}
        self._connection.register("events", events)
        return self._connection.sql(self._sql).to_arrow_table()

    def _split(self, text: str) -> list[str] | None:
        """The names of the atoms that make up a condition; None where one of them is not simple."""
        names = []
        for part in _conjuncts(parse_one(text, dialect=DIALECT)):
            name = part.sql(DIALECT)
            atom = self._atoms.get(name) or _atom(part)
            if atom is None:
                return None
            self._atoms[name] = atom
            names.append(name)
        return names


def _conjuncts(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Paren):
        return _conjuncts(node.this)
    if isinstance(node, exp.And):
        return _conjuncts(node.this) + _conjuncts(node.expression)
    return [] if isinstance(node, exp.Boolean) and node.this else [node]


def _atom(node: exp.Expr, negate: bool = False) -> Atom | None:
    if isinstance(node, exp.Paren):
        return _atom(node.this, negate)
    if isinstance(node, exp.Not):
        return _atom(node.this, not negate)
    negate ^= bool(node.args.get("negate"))
    column = node.this
    if not isinstance(column, exp.Column) or column.name not in SCHEMA.names:
        return None
    if isinstance(node, exp.Is):
        wanted = isinstance(node.expression, exp.Null)
        return (lambda events: _valid(events[column.name]) == negate) if wanted else None
    passes = _matching(node, bool(pa.types.is_dictionary(SCHEMA.field(column.name).type)))
    if passes is None:
        return None
    return lambda events: _valid(events[column.name]) & (_looked_up(events[column.name], passes) != negate)


def _matching(node: exp.Expr, text: bool) -> Callable[[Any], Any] | None:
    """Which values of a column pass: the dictionary's of a text, each of a number."""
    others = (
        node.expressions if isinstance(node, exp.In) and not node.args.get("query") else [node.args.get("expression")]
    )
    if not all(isinstance(other, exp.Literal) and other.is_string == text for other in others) or not others:
        return None
    words = [other.name if text else int(other.name) for other in others if other is not None]
    if isinstance(node, exp.In | exp.EQ):
        return lambda values: pc.is_in(values, pa.array(words, values.type)).to_numpy(zero_copy_only=False)
    if text and isinstance(node, exp.NEQ):
        return lambda values: ~pc.is_in(values, pa.array(words, values.type)).to_numpy(zero_copy_only=False)
    if text and isinstance(node, exp.Like) and "\\" not in str(words[0]):
        return lambda values: pc.match_like(values, str(words[0])).to_numpy(zero_copy_only=False)
    compare = None if text else _NUMERIC.get(type(node))
    return None if compare is None else lambda values: compare(values.fill_null(0).to_numpy(), words[0])


def _valid(column: Any) -> Ids:
    if not column.null_count:
        return np.ones(len(column), bool)
    return np.asarray(pc.is_valid(column).to_numpy())


def _looked_up(column: Any, passes: Callable[[Any], Any]) -> Ids:
    """Whether each row's value passes; anything for NULL."""
    found = [np.empty(0, bool)]
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            codes = pc.fill_null(chunk.indices, -1) if chunk.null_count else chunk.indices
            found.append(np.append(passes(chunk.dictionary), False)[codes.to_numpy()])
        else:
            found.append(np.asarray(passes(chunk)))
    return np.concatenate(found)
