"""A rule's SQL, parsed once: refused unless every engine reads it alike, and rewritten to speak of many windows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from footfall.detect.relation import COLUMNS
from footfall.rules import Feed, RuleError, Watch

DIALECT = "duckdb"
EVENTS = "events"
WINDOW_END = "window_end"
ALLOWED = frozenset(
    (
        *(
            "Select",
            "With",
            "CTE",
            "TableAlias",
            "Identifier",
            "Column",
            "Table",
            "From",
            "Where",
            "Group",
            "Having",
            "Alias",
            "Star",
        ),
        *(
            "Literal",
            "Null",
            "Boolean",
            "Count",
            "Sum",
            "Max",
            "Min",
            "Distinct",
            "Filter",
            "Window",
            "Lag",
            "Order",
            "Ordered",
        ),
        *(
            "And",
            "Or",
            "Not",
            "Paren",
            "EQ",
            "NEQ",
            "GT",
            "GTE",
            "LT",
            "LTE",
            "In",
            "Between",
            "Is",
            "Like",
            "Mul",
            "Add",
            "Sub",
            "Neg",
            "Mod",
            "Case",
            "If",
            "Coalesce",
        ),
    )
)
"""What is known to mean the same on every engine; anything else is refused, never ignored."""

_IN_FEEDS = frozenset(["Union", "Cast", "DataType", "DataTypeParam"])
_PLACES = {"distinct": exp.Count, "order": exp.Window}
_ARGUMENTS = {"expressions", "from_", "where", "group", "having", "with_", "kind", "hint"}


@cache
def watch_tree(watch: Watch) -> exp.Select:
    """The watch's SELECT, checked; not to be changed by the caller.

    Raises:
        RuleError: what the SELECT may not use, and where.
    """
    check = _Check(watch.file, watch.line, ALLOWED)
    tree = check.parsed(watch.text)
    if not isinstance(tree, exp.Select):
        raise check.error(tree, "a watch is one SELECT")
    _shape(check, tree, watch)
    return tree


@cache
def gate_tree(watch: Watch) -> exp.Expr | None:
    """The watch's gate, checked; None where it has none."""
    if not watch.gate:
        return None
    check = _Check(watch.file, watch.line, ALLOWED)
    having: exp.Expr = check.parsed(f"SELECT 1 FROM {EVENTS} HAVING {watch.gate}").args["having"].this
    check.columns(having, set(COLUMNS))
    return having


@cache
def feed_tree(feed: Feed) -> exp.Query:
    """The feed's query, checked; not to be changed by the caller.

    Raises:
        RuleError: what it may not use, and where.
    """
    tree: exp.Query = _Check(feed.file, feed.line, ALLOWED | _IN_FEEDS).parsed(feed.text)
    return tree


def by_window(tree: exp.Expr, windows: str) -> str:
    """The query for many windows at once, as DuckDB's SQL.

    Args:
        tree: of a watch or a feed.
        windows: the relation that stands for ``events``; it has one column more, ``window_end``.

    Returns:
        SQL whose rows end with ``window_end``; each window's rows are those that the text gives for its events alone.
    """
    tree = tree.copy()
    for select in list(tree.find_all(exp.Select)):
        _one_more(select)
    for over in tree.find_all(exp.Window):
        over.args["partition_by"].append(exp.column(WINDOW_END))
    for table in tree.find_all(exp.Table):
        if table.name == EVENTS:
            table.replace(exp.to_table(windows))
    return tree.sql(DIALECT, comments=False)


def _one_more(select: exp.Select) -> None:
    if any(isinstance(column, exp.Star) for column in select.expressions):
        return
    select.select(exp.column(WINDOW_END), copy=False)
    if select.args.get("group") or any(column.find(exp.AggFunc) for column in select.expressions):
        select.group_by(exp.column(WINDOW_END), copy=False)


def levels(tree: exp.Select) -> Iterator[tuple[str, exp.Select]]:
    """The SELECTs of a watch by name, innermost first; the outermost has no name."""
    for cte in tree.ctes:
        yield cte.alias, cte.this
    yield "", tree


def source(select: exp.Select) -> str:
    """The relation that a SELECT reads."""
    return str(select.args["from_"].this.name)


def lag(select: exp.Select) -> exp.Window | None:
    """The window function in a SELECT's own columns, which speaks of the event before; None where it has none."""
    return next((found for column in select.expressions if (found := column.find(exp.Window))), None)


def by_name(column: exp.Column) -> bool:
    """Whether a text only asks here which values of a column are the same, or NULL."""
    return is_there(column) or isinstance(column.parent, exp.Distinct | exp.Group | exp.Select | exp.Window)


def is_there(column: exp.Column) -> bool:
    """Whether a text only asks here whether a column is NULL."""
    parent = column.parent
    return isinstance(parent, exp.Count) or (isinstance(parent, exp.Is) and isinstance(parent.expression, exp.Null))


class _Check:
    """Refuses by file, line and reason."""

    def __init__(self, file: Path, line: int, allowed: frozenset[str]) -> None:
        self.file, self.line, self.allowed = file, line, allowed

    def error(self, node: exp.Expr | None, reason: str) -> RuleError:
        """The error for a place in the text."""
        lines = [found.meta["line"] for found in (node.walk() if node else ()) if "line" in found.meta]
        return RuleError(self.file, self.line + min(lines, default=1) - 1, reason)

    def parsed(self, text: str) -> Any:
        """The text as a tree of what is allowed."""
        try:
            trees = parse(text, dialect=DIALECT)
        except SqlglotError as error:
            raise RuleError(self.file, self.line, f"this is no SQL: {str(error).splitlines()[0]}") from error
        if len(trees) != 1 or trees[0] is None:
            raise self.error(None, "one SELECT was expected")
        for node in trees[0].walk():
            self._node(node)
        return trees[0]

    def _node(self, node: exp.Expr) -> None:
        if type(node).__name__ not in self.allowed:
            raise self.error(node, f"a rule may not use {_short(node)} ({node.key})")
        if node.key in _PLACES and not isinstance(node.parent, _PLACES[node.key]):
            raise self.error(node, f"a rule may not use {_short(node)} here ({node.key})")
        for name, value in node.args.items() if isinstance(node, exp.Select) else ():
            if value and name not in _ARGUMENTS:
                place = value[0] if isinstance(value, list) else value
                raise self.error(place, f"a rule may not use {name.rstrip('s_').upper()}")
        if isinstance(node, exp.Literal) and not node.is_string and not node.is_int:
            raise self.error(node, f"a rule counts in whole numbers: {node.name} is none")
        if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct) and len(node.this.expressions) != 1:
            raise self.error(node, "count(DISTINCT ...) takes one column")

    def columns(self, tree: exp.Expr, known: set[str]) -> None:
        """Refuses a column that is not there."""
        for column in tree.find_all(exp.Column):
            if column.name not in known or column.table:
                raise self.error(column, f"there is no column {column.sql()}; there are {', '.join(sorted(known))}")


def _short(node: exp.Expr) -> str:
    text = node.sql(DIALECT, comments=False)
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _shape(check: _Check, tree: exp.Select, watch: Watch) -> None:
    known = {EVENTS: set(COLUMNS)}
    grouped = False
    for name, select in levels(tree):
        table = select.args.get("from_")
        if table is None or table.this.name not in known or table.this.args.get("alias"):
            raise check.error(table or select, f"a SELECT reads {EVENTS} or an inner SELECT above it, without an alias")
        columns = known[source(select)]
        _columns(check, select, columns)
        if not name:
            continue
        if lag(select):
            _gap_level(check, select, watch)
        else:
            grouped = True
            _inner_level(check, select, watch)
        known[name] = (columns if lag(select) else set()) | {column.alias_or_name for column in select.expressions}
    if grouped and not watch.gate:
        raise check.error(tree, "a SELECT with inner levels needs a line '-- gate: ...'")
    _outer_level(check, tree, watch)


def _columns(check: _Check, select: exp.Select, known: set[str]) -> None:
    for part in (*select.expressions, *(select.args.get(name) for name in ("where", "group", "having"))):
        if part is not None:
            check.columns(part, known)


def _gap_level(check: _Check, select: exp.Select, watch: Watch) -> None:
    stars = [column for column in select.expressions if isinstance(column, exp.Star)]
    if len(stars) != 1 or select.args.get("group") or select.args.get("having") or source(select) != EVENTS:
        raise check.error(select, f"lag stands in one inner 'SELECT *, ... AS name FROM {EVENTS}'")
    for column in select.expressions:
        if not isinstance(column, exp.Star | exp.Alias) or any(
            not isinstance(n, exp.Lag) for n in column.find_all(exp.AggFunc)
        ):
            raise check.error(column, "beside * an inner SELECT names what it works out from lag(event_time)")
    for over in select.find_all(exp.Window):
        _lag(check, over, watch)


def _lag(check: _Check, over: exp.Window, watch: Watch) -> None:
    by = tuple(column.sql(DIALECT) for column in over.args.get("partition_by") or ())
    order = over.args.get("order")
    plain = isinstance(over.this, exp.Lag) and over.this.this.sql() == "event_time" and not over.args.get("spec")
    if not plain or over.this.args.get("offset") or over.this.args.get("default"):
        raise check.error(over, "the only window function is lag(event_time)")
    if by != watch.key or order is None or [part.this.sql() for part in order.expressions] != ["event_time"]:
        raise check.error(over, f"lag is OVER (PARTITION BY {', '.join(watch.key)} ORDER BY event_time)")


def _inner_level(check: _Check, select: exp.Select, watch: Watch) -> None:
    group = select.args.get("group")
    names = [column.sql(DIALECT) for column in group.expressions] if group else []
    if not set(watch.key) <= set(names):
        raise check.error(select, "an inner SELECT groups by the key and more")


def _outer_level(check: _Check, tree: exp.Select, watch: Watch) -> None:
    group, having = tree.args.get("group"), tree.args.get("having")
    if group is None or having is None:
        raise check.error(tree, "a watch needs GROUP BY and HAVING")
    if tuple(column.sql(DIALECT) for column in group.expressions) != watch.key:
        raise check.error(tree, f"the outermost GROUP BY must be the key: {', '.join(watch.key)}")
    if not set(watch.key) <= set(COLUMNS):
        raise check.error(group, f"the key must be columns of {EVENTS}")
    names = tuple(column.alias_or_name for column in tree.expressions)
    if names[: len(watch.key)] != watch.key:
        raise check.error(tree, f"the first columns must be the key: {', '.join(watch.key)}")
    for column in tree.expressions[len(watch.key) :]:
        if not isinstance(column, exp.Alias) or not column.find(exp.AggFunc):
            raise check.error(column, f"{_short(column)} must be an aggregate with a name")
    if lag(tree):
        raise check.error(tree, "lag stands in an inner SELECT")
