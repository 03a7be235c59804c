"""Watches of two levels: what each inner group of a key adds up to, and the condition over those groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp

from footfall.detect.compile import EVENTS, lag, levels, source
from footfall.detect.relation import SCHEMA
from footfall.detect.windows.bounds import conjuncts_of
from footfall.detect.windows.scalars import Scalars, is_text

_LOGIC = (exp.And, exp.Or, exp.Not, exp.Paren, exp.Between, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.NEQ)
_SUMS = (exp.Column, exp.Identifier, exp.Literal, exp.Add, exp.Sub, exp.Mul, exp.Neg)
_OUTER: dict[type[exp.Expr], str] = {exp.Sum: "sum", exp.Max: "max", exp.Min: "min"}


class Leaf(NamedTuple):
    """A number of an inner group: ``count``, ``distinct`` values of a column, ``max`` or ``min`` of the time, over its
    events that pass a predicate."""

    kind: str
    flag: int
    column: str = ""


class Outer(NamedTuple):
    """A number of a key: ``count`` of the inner groups that a condition holds for, or ``sum``, ``max``, ``min`` of
    something over all; in terms of leaves ``a0``.."""

    kind: str
    of: tuple[exp.Expr, ...]


@dataclass(frozen=True)
class Inner:
    """A watch of two levels.

    Attributes:
        column: by which a key's events are grouped.
        pane: by the time's multiples of so many ms instead; 0 where by the column.
        leaves: see :class:`Leaf`.
        outers: see :class:`Outer`.
        conjuncts: the condition, over ``o0``..: outers by their places.
        outputs: the counts by name, in the same terms.
    """

    column: str
    pane: int
    leaves: tuple[Leaf, ...]
    outers: tuple[Outer, ...]
    conjuncts: tuple[exp.Expr, ...]
    outputs: tuple[tuple[str, exp.Expr], ...]


class _OtherError(Exception):
    """The text does more than this module knows."""


def levelled(tree: exp.Select, scalars: Scalars) -> Inner | None:
    """The two levels of a watch; None where its text does more than counting over one inner level."""
    found = list(levels(tree))
    if len(found) != 2 or lag(found[0][1]) or source(found[0][1]) != EVENTS or tree.args.get("where"):
        return None
    try:
        return _Reading(found[0][1], tree, scalars).inner()
    except _OtherError:
        return None


class _Reading:
    def __init__(self, inside: exp.Select, tree: exp.Select, scalars: Scalars) -> None:
        self._inside, self._tree, self._scalars = inside, tree, scalars
        self._leaves: list[Leaf] = []
        self._outers: list[Outer] = []
        if inside.args.get("having"):
            raise _OtherError
        self._names = {
            column.alias: column.this.copy().transform(self._leaf)
            for column in inside.expressions
            if isinstance(column, exp.Alias) and column.find(exp.AggFunc)
        }

    def inner(self) -> Inner:
        """What was read."""
        key = self._tree.args["group"].expressions
        parts = [part for part in self._inside.args["group"].expressions if part not in key]
        if len(parts) != 1:
            raise _OtherError
        column, pane = _part(parts[0])
        condition = self._lowered(self._tree.args["having"].this)
        outputs = tuple((each.alias, self._lowered(each.this)) for each in self._tree.expressions[len(key) :])
        return Inner(column, pane, tuple(self._leaves), tuple(self._outers), tuple(conjuncts_of(condition)), outputs)

    def _lowered(self, node: exp.Expr) -> exp.Expr:
        return _known(node.copy().transform(self._outer))

    def _outer(self, node: exp.Expr) -> exp.Expr:
        only: tuple[exp.Expr, ...] = ()
        if isinstance(node, exp.Filter):
            node, only = node.this, self._cheapest_first(node.expression.this)
            if not isinstance(node, exp.Count):
                raise _OtherError
        if isinstance(node, exp.Count):
            if not isinstance(node.this, exp.Star):
                raise _OtherError
            return exp.column(f"o{_place(self._outers, Outer('count', only))}")
        if type(node) in _OUTER:
            of = _known(node.this.copy().transform(self._named))
            return exp.column(f"o{_place(self._outers, Outer(_OUTER[type(node)], (of,)))}")
        return node

    def _cheapest_first(self, condition: exp.Expr) -> tuple[exp.Expr, ...]:
        """What a condition on inner groups is made of; what asks for distinct values comes last."""
        found = conjuncts_of(_known(condition.copy().transform(self._named)))
        return tuple(sorted(found, key=lambda part: any(self._is_distinct(c.name) for c in part.find_all(exp.Column))))

    def _is_distinct(self, name: str) -> bool:
        return self._leaves[int(name[1:])].kind == "distinct"

    def _named(self, node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column) or node.name in {f"a{place}" for place in range(len(self._leaves))}:
            return node
        if node.name not in self._names:
            raise _OtherError
        return exp.paren(_known(self._names[node.name].copy()))

    def _leaf(self, node: exp.Expr) -> exp.Expr:
        only = [node.expression.this] if isinstance(node, exp.Filter) else []
        call = node.this if isinstance(node, exp.Filter) else node
        if not isinstance(call, exp.AggFunc):
            return node
        return exp.column(f"a{_place(self._leaves, self._read(call, only))}")

    def _read(self, call: exp.Expr, only: list[exp.Expr]) -> Leaf:
        inside = call.this
        if isinstance(call, exp.Max | exp.Min) and inside == exp.column("event_time") and not only:
            return Leaf("max" if isinstance(call, exp.Max) else "min", 0)
        if not isinstance(call, exp.Count):
            raise _OtherError
        if isinstance(inside, exp.Star):
            return Leaf("count", self._scalars.flag(only))
        if isinstance(inside, exp.Distinct):
            column = inside.expressions[0]
            if not is_text(column.name):
                raise _OtherError
            return Leaf("distinct", self._scalars.flag(only), column.name)
        there = exp.Not(this=exp.Is(this=inside.copy(), expression=exp.Null()))
        return Leaf("count", self._scalars.flag([*only, there]))


def _part(node: exp.Expr) -> tuple[str, int]:
    if isinstance(node, exp.Column) and is_text(node.name):
        return node.name, 0
    if isinstance(node, exp.Sub) and isinstance(node.right, exp.Mod):
        pane = node.right.expression
        if node.left == node.right.this == exp.column("event_time") and pane.is_int and int(pane.name) > 0:
            return "event_time", int(pane.name)
    raise _OtherError


def _known(node: exp.Expr) -> exp.Expr:
    """The expression, where it is arithmetic and logic over named numbers alone."""
    if not all(isinstance(part, (*_LOGIC, *_SUMS)) for part in node.walk()):
        raise _OtherError
    if any(column.name in SCHEMA.names for column in node.find_all(exp.Column)):
        raise _OtherError
    return node


def _place(items: list[Leaf] | list[Outer], item: Leaf | Outer) -> int:
    if item not in items:
        items.append(item)  # type: ignore[arg-type]
    return items.index(item)  # type: ignore[arg-type]
