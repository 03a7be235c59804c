"""What the fast engine keeps for a watch: numbers that add up over events, and its condition in terms of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlglot import exp

from footfall.detect.compile import EVENTS, by_name, by_window, gate_tree, lag, levels, source, watch_tree
from footfall.detect.relation import SCHEMA
from footfall.detect.windows.bounds import conjuncts_of
from footfall.detect.windows.inner import Inner, levelled
from footfall.detect.windows.scalars import Scalars, is_text
from footfall.rules import Watch

PREVIOUS = "_prev"
"""The time of the event before, of the same key."""

UNKNOWN = "u"


class Measure(NamedTuple):
    """A number that adds up over events.

    Attributes:
        flag: the predicate that an event must pass.
        value: the value column to add up; -1 counts events.
        gap: an expression over ``event_time`` and ``_prev`` to add up where the event before lies in the window.
        only: conditions on the gap.
    """

    flag: int
    value: int = -1
    gap: exp.Expr | None = None
    only: tuple[exp.Expr, ...] = ()


class Distinct(NamedTuple):
    """A count of distinct values of a text column among the events that a measure counts."""

    column: str
    measure: int


@dataclass(frozen=True)
class Plan:
    """A watch made ready.

    Attributes:
        place: among the watches.
        conjuncts: the condition over ``m0``, ``d0``...: measures and distincts by their places; ``u`` is unknown.
        measures: see :class:`Measure`.
        distincts: see :class:`Distinct`.
        chain: the predicate of the events that follow each other, where measures speak of gaps; else -1.
        trigger: the predicate of events without at least one of which a key cannot be found.
        where: the predicate of the events that the text reads.
        outputs: the counts by name, in the terms of the condition; None where one of them may be NULL or is no count.
        inner: the levels of a text that has two; None where it has not, or does more than counting.
        sql: the text for many windows, over the relation ``pairs``.
        texts: columns that the text reads as text.
        names: columns of which it only asks whether they are the same or NULL, and that have one id a value.
        numbers: numeric columns it reads.
    """

    place: int
    watch: Watch
    conjuncts: tuple[exp.Expr, ...]
    measures: tuple[Measure, ...]
    distincts: tuple[Distinct, ...]
    chain: int
    trigger: int
    where: int
    outputs: tuple[tuple[str, exp.Expr], ...] | None
    inner: Inner | None
    sql: str
    texts: tuple[str, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]


def planned(place: int, watch: Watch, scalars: Scalars) -> Plan:
    """Makes a watch ready; adds what it needs to ``scalars``."""
    tree = watch_tree(watch)
    lowering = _Lowering(watch, tree, scalars)
    gate = gate_tree(watch)
    condition = lowering.lowered(gate if gate is not None else tree.args["having"].this)
    conjuncts = tuple(conjuncts_of(condition))
    texts, names, numbers = _columns(tree)
    outputs, inner = None, levelled(tree, scalars) if gate is not None else None
    if gate is None:
        outputs = lowering.outputs(tree) if not condition.find(exp.Not) else None
        told_apart = {*watch.key, *(distinct.column for distinct in lowering.distincts)}
        texts, names = (*texts, *(set(names) - told_apart)), tuple(name for name in names if name in told_apart)
    return Plan(
        place,
        watch,
        conjuncts,
        tuple(lowering.measures),
        tuple(lowering.distincts),
        lowering.chain,
        lowering.trigger(conjuncts),
        lowering.where,
        outputs,
        inner,
        by_window(tree, "pairs"),
        texts,
        names,
        numbers,
    )


class _Lowering:
    def __init__(self, watch: Watch, tree: exp.Select, scalars: Scalars) -> None:
        self._scalars = scalars
        self.measures: list[Measure] = []
        self.distincts: list[Distinct] = []
        self._derived: dict[str, exp.Expr] = {}
        self._where: list[exp.Expr] = []
        self.chain = -1
        inner = [select for _, select in levels(tree) if source(select) == EVENTS]
        self.where = 0
        if len(inner) == 1 or not watch.gate:
            self._where = [where.this for where in (inner[0].args.get("where"),) if where]
            self.where = scalars.flag(self._where)
        if lag(inner[0]) and not watch.gate:
            self.chain = scalars.flag(self._where)
            self._derived = {column.alias: _unlagged(column.this) for column in inner[0].expressions if column.alias}
            if tree.args.get("where"):
                self._where = [*self._where, tree.args["where"].this]

    def lowered(self, tree: exp.Expr) -> exp.Expr:
        """The condition with every aggregate replaced by the name of a number."""
        return tree.copy().transform(self._node)

    def outputs(self, tree: exp.Select) -> tuple[tuple[str, exp.Expr], ...] | None:
        """What the SELECT puts out beside the key, lowered; None where that needs more than counting."""
        columns = tree.expressions[len(tree.args["group"].expressions) :]
        found = tuple((column.alias, self.lowered(column.this)) for column in columns)
        counted = [self._counted(part.name) for _, output in found for part in output.find_all(exp.Column)]
        plain = all(each and each.value < 0 and (each.gap is None or each.gap.is_int) for each in counted)
        return found if plain else None

    def trigger(self, conjuncts: tuple[exp.Expr, ...]) -> int:
        """The predicate of the first conjunct that asks for a number of events."""
        for conjunct in conjuncts:
            least = 1 if isinstance(conjunct, exp.GTE) else 0
            asks = isinstance(conjunct, exp.GTE | exp.GT) and conjunct.expression.is_int
            if not asks or not isinstance(conjunct.this, exp.Column):
                continue
            measure = self._counted(conjunct.this.name)
            if measure and measure.value < 0 and measure.gap is None and int(conjunct.expression.name) >= least:
                return measure.flag
        return self._scalars.flag([condition for condition in self._where if not self._of_gap(condition)])

    def _counted(self, name: str) -> Measure | None:
        if name.startswith("d"):
            return self.measures[self.distincts[int(name[1:])].measure]
        return self.measures[int(name[1:])] if name.startswith("m") else None

    def _node(self, node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.GT | exp.GTE | exp.LT | exp.LTE):
            return self._extreme(node) or node
        if isinstance(node, exp.Filter):
            return self._aggregate(node.this, [node.expression.this])
        if isinstance(node, exp.AggFunc):
            return self._aggregate(node, [])
        return node

    def _extreme(self, node: exp.Binary) -> exp.Expr | None:
        """``max(x) <= c``: there is an x, and none is above c; what adds up."""
        side, bound = node.left, node.right
        only = [side.expression.this] if isinstance(side, exp.Filter) else []
        call = side.this if isinstance(side, exp.Filter) else side
        if not isinstance(call, exp.Max | exp.Min) or not bound.is_int:
            return None
        every = isinstance(call, exp.Max) == isinstance(node, exp.LT | exp.LTE)
        opposite = {exp.LTE: exp.GT, exp.LT: exp.GTE, exp.GTE: exp.LT, exp.GT: exp.LTE}
        kind = opposite[type(node)] if every else type(node)
        hit = self._count([*only, kind(this=call.this.copy(), expression=bound.copy())])
        if not every:
            return exp.paren(exp.GT(this=hit, expression=exp.Literal.number(0)))
        some = self._count([*only, _there(call.this)])
        return exp.paren(
            exp.and_(
                exp.GT(this=some, expression=exp.Literal.number(0)),
                exp.EQ(this=hit, expression=exp.Literal.number(0)),
            )
        )

    def _aggregate(self, call: exp.Expr, only: list[exp.Expr]) -> exp.Expr:
        inside = call.this
        if isinstance(call, exp.Count) and isinstance(inside, exp.Star):
            return self._count(only)
        if isinstance(call, exp.Count) and isinstance(inside, exp.Distinct):
            return self._distinct(inside.expressions[0], only)
        if isinstance(call, exp.Count):
            return self._count([*only, _there(inside)])
        return self._sum(inside, only) if isinstance(call, exp.Sum) else exp.column(UNKNOWN)

    def _distinct(self, column: exp.Expr, only: list[exp.Expr]) -> exp.Expr:
        counted = self._count([*only, _there(column)])
        if counted.name == UNKNOWN or not isinstance(column, exp.Column) or not is_text(column.name):
            return exp.column(UNKNOWN)
        return exp.column(f"d{_place(self.distincts, Distinct(column.name, int(counted.name[1:])))}")

    def _count(self, only: list[exp.Expr]) -> exp.Expr:
        return self._measured(exp.Literal.number(1), only)

    def _sum(self, value: exp.Expr, only: list[exp.Expr]) -> exp.Expr:
        return self._measured(value, only)

    def _measured(self, value: exp.Expr, only: list[exp.Expr]) -> exp.Expr:
        conditions = [*self._where, *only]
        gaps = [condition for condition in conditions if self._of_gap(condition)]
        rows = [condition for condition in conditions if not self._of_gap(condition)]
        counted = value.is_int and value.name == "1"
        if not gaps and not self._of_gap(value):
            if counted:
                return self._named(Measure(self._scalars.flag(rows)))
            return self._named(Measure(self._scalars.flag(rows), self._scalars.value(rows, value)))
        paired = (value, *gaps)
        if not all(_plain(part, set(self._derived)) for part in paired) or not _positive(value, set(self._derived)):
            return exp.column(UNKNOWN)
        value, *gaps = (self._spelled(part) for part in paired)
        return self._named(Measure(self._scalars.flag(rows), -1, value, tuple(gaps)))

    def _named(self, measure: Measure) -> exp.Expr:
        return exp.column(f"m{_place(self.measures, measure)}")

    def _of_gap(self, node: exp.Expr) -> bool:
        return any(column.name in self._derived for column in node.find_all(exp.Column))

    def _spelled(self, node: exp.Expr) -> exp.Expr:
        """The expression over event_time and _prev alone."""

        def spell(part: exp.Expr) -> exp.Expr:
            derived = self._derived.get(part.name) if isinstance(part, exp.Column) else None
            return exp.paren(derived.copy()) if derived is not None else part

        spelled = node.copy().transform(spell)
        if isinstance(spelled, exp.Not) and isinstance(spelled.this, exp.Is):
            return exp.true()
        return spelled


def _unlagged(node: exp.Expr) -> exp.Expr:
    return node.copy().transform(lambda part: exp.column(PREVIOUS) if isinstance(part, exp.Window) else part)


def _there(node: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=node.copy(), expression=exp.Null()))


def _plain(node: exp.Expr, derived: set[str]) -> bool:
    """Whether an expression is arithmetic or a comparison of gaps alone, or asks whether a gap is there."""
    if isinstance(node, exp.Not) and isinstance(node.this, exp.Is):
        return isinstance(node.this.this, exp.Column)
    numbers = (exp.Column, exp.Identifier, exp.Literal, exp.Paren, exp.Add, exp.Sub, exp.Mul)
    kinds = (*numbers, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.NEQ, exp.And, exp.Or, exp.Between)
    names = {column.name for column in node.find_all(exp.Column)}
    return all(isinstance(part, kinds) for part in node.walk()) and names <= derived | {"event_time"}


def _positive(node: exp.Expr, derived: set[str]) -> bool:
    """Whether a value cannot be below zero: a product or sum of gaps and whole numbers."""
    kinds = (exp.Column, exp.Identifier, exp.Literal, exp.Paren, exp.Mul, exp.Add)
    parts = all(isinstance(part, kinds) for part in node.walk())
    return parts and {column.name for column in node.find_all(exp.Column)} <= derived


def _columns(tree: exp.Select) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The columns of events that a text reads: as text, by name alone, as numbers."""
    found = [column for column in tree.find_all(exp.Column) if column.name in SCHEMA.names]
    numbers = {column.name for column in found if not is_text(column.name)}
    texts = {column.name for column in found if is_text(column.name) and not by_name(column)}
    names = {column.name for column in found} - numbers - texts
    return tuple(sorted(texts)), tuple(sorted(names)), tuple(sorted(numbers))


def _place(items: list[Any], item: Any) -> int:
    if item not in items:
        items.append(item)
    return items.index(item)
