"""A watch or a feed as Flink SQL: the same rows, window by window, from a stream in order of arrival."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
from sqlglot import exp, parse_one
from sqlglot.dialects.dialect import Dialect
from sqlglot.tokens import Tokenizer as Plain

from footfall.detect.compile import EVENTS, WINDOW_END, feed_tree, lag, levels, source, watch_tree
from footfall.detect.copies import ONE, PLACE
from footfall.detect.relation import SCHEMA
from footfall.rules import Feed, Watch

RAW = "raw_events"
ROWTIME = "rowtime"
COLUMNS = {field.name: "BIGINT" if pa.types.is_integer(field.type) else "STRING" for field in SCHEMA}
"""The relation's columns, by their types in Flink."""
WINDOW_START = "window_start"
WINDOW_TIME = "window_time"
"""The last ms of a window, as a time that later operators go by."""
LATE = "late_events"
_HOPPED = "_windows_of_{}"
_BEFORE = "_before"
_BEGAN = "_began"


class Flink(Dialect):
    """Flink SQL, of which a rule needs only that names stand in backticks."""

    NULL_ORDERING = "nulls_are_last"

    class Tokenizer(Plain):
        """Names in backticks."""

        IDENTIFIERS = ["`"]  # noqa: RUF012


def events(options: Mapping[str, str], allowed: int) -> tuple[str, str]:
    """The table of the stream, and the view ``events`` of those on time.

    The watermark follows ``received_at``: lateness is a property of the event, so Flink itself drops nothing. A
    heartbeat (``event_time`` 0, ``received_at`` now) moves the watermark of an idle shard and is no event. What is no
    event on time has its receipt for a time.

    Args:
        options: of the connector, as its documentation names them.
        allowed: how late an event may be received, ms.
    """
    columns = [f"`{name}` {kind}" for name, kind in COLUMNS.items()]
    columns += [f"`{ROWTIME}` AS {rowtime(allowed)}", f"WATERMARK FOR `{ROWTIME}` AS {watermark(allowed)}"]
    told = ", ".join(f"{text(name)} = {text(value)}" for name, value in options.items())
    table = "CREATE TABLE `{}` (\n  {}\n) WITH ({})".format(RAW, ",\n  ".join(columns), told)
    return table, on_time(allowed)


def on_time(allowed: int) -> str:
    """The view ``events`` of those rows of the stream that are events and not late."""
    named = ", ".join(f"`{name}`" for name in (*COLUMNS, ROWTIME))
    return f"CREATE TEMPORARY VIEW `{EVENTS}` AS SELECT {named} FROM `{RAW}` WHERE {_on_time(allowed)}"


def once(allowed: int) -> str:
    """The view ``events`` of a stream that says which rows may be copies: those on time, each event once.

    Of rows with one ``ONE`` whose times lie up to ``allowed`` ms apart the first by time and ``PLACE`` counts;
    :mod:`footfall.detect.copies` is the same law in order of arrival.
    """
    named = ", ".join(f"`{name}`" for name in (*COLUMNS, ROWTIME))
    span = f"PARTITION BY `{ONE}` ORDER BY `{ROWTIME}` RANGE BETWEEN {_interval(allowed)} PRECEDING AND CURRENT ROW"
    marked = (
        f"SELECT {named}, `{PLACE}`, MIN(`{PLACE}`) OVER ({span}) AS `_first` FROM `{RAW}` WHERE {_on_time(allowed)}"
    )
    return f"CREATE TEMPORARY VIEW `{EVENTS}` AS SELECT {named} FROM (\n{marked}\n) WHERE `{PLACE}` = `_first`"


def late_statements(allowed: int) -> tuple[str, str]:
    """A view of the late events, and how many there were by the minute of their receipt, with the window's end."""
    view = f"SELECT `{ROWTIME}` FROM `{RAW}` WHERE `event_time` > 0 AND NOT ({_on_time(allowed)})"
    ends = f"`{WINDOW_START}`, `{WINDOW_END}`, `{WINDOW_TIME}`"
    minutes = f"TABLE(TUMBLE(TABLE `{LATE}`, DESCRIPTOR(`{ROWTIME}`), {_interval(60_000)}))"
    query = f"SELECT COUNT(*) AS `events`, `{WINDOW_END}`, `{WINDOW_TIME}` FROM {minutes} GROUP BY {ends}"
    return f"CREATE TEMPORARY VIEW `{LATE}` AS {view}", query


def rowtime(allowed: int, event_time: str = "`event_time`", received_at: str = "`received_at`") -> str:
    """The time of a row: an event's, or of what is no event on time its receipt, nothing is behind the watermark.

    Args:
        allowed: how late an event may be received, ms.
        event_time, received_at: what these are worked out from, UTC ms.
    """
    on_time = f"CASE WHEN {received_at} - {event_time} <= {allowed} THEN {event_time} ELSE {received_at} END"
    return f"TO_TIMESTAMP_LTZ(COALESCE({on_time}, 0), 3)"


def watermark(allowed: int, received_at: str = "`received_at`") -> str:
    """How far the time of events has come, from one row; of ``allowed`` see :func:`events`."""
    return f"TO_TIMESTAMP_LTZ({received_at} - {allowed + 1}, 3)"


def _on_time(allowed: int) -> str:
    return f"`received_at` - `event_time` <= {allowed}"


def watch_statements(watch: Watch, *more: str) -> tuple[str, ...]:
    """A view of the steps, where the watch speaks of any, and last its query, whose last column is ``window_end``.

    Args:
        watch: which.
        more: columns of the window that come with it: ``WINDOW_TIME``.
    """
    tree, views = watch_tree(watch).copy(), []
    for name, select in list(levels(tree)):
        if lag(select):
            view = f"{watch.rule.id}_{watch.name}_{name}"
            views.append(f"CREATE TEMPORARY VIEW `{view}` AS\n{_sql(_steps(watch, tree, select))}")
            _inline(tree, name, view, select)
    for select in _selects(tree):
        if source(select) == EVENTS:
            _without_null_keys(select, watch.key)
    return *views, _windowed(tree, more, "HOP", watch.size, watch.hop)


def feed_statement(feed: Feed, *more: str) -> str:
    """A feed's query over tumbling windows; the last column is the window's end, of ``more`` see watch_statements."""
    return _windowed(feed_tree(feed).copy(), more, "TUMBLE", feed.size)


def _steps(watch: Watch, tree: exp.Select, inner: exp.Select) -> exp.Select:
    """Every event with the time of the one before; Flink's LAG would see all events of a millisecond at once."""
    keys = ", ".join(f"`{name}`" for name in watch.key)
    over = f"OVER (PARTITION BY {keys} ORDER BY `{ROWTIME}` ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
    own = {column.alias for column in inner.expressions if isinstance(column, exp.Alias)}
    read = {column.name for column in tree.find_all(exp.Column)} - own | {"event_time"}
    steps = exp.select(*map(exp.column, (ROWTIME, *sorted(read)))).from_(EVENTS)
    for name, value in ((_BEFORE, "`event_time`"), (_BEGAN, f"CAST(`{ROWTIME}` AS TIMESTAMP(3))")):
        before = parse_one(f"CASE WHEN count(*) {over} = 2 THEN min({value}) {over} END", dialect=Flink)
        steps = steps.select(exp.alias_(before, name))
    steps.set("where", inner.args.get("where"))
    _without_null_keys(steps, watch.key)
    return steps


def _inline(tree: exp.Select, name: str, view: str, inner: exp.Select) -> None:
    """Puts what a level works out from lag into those that read it: a step counts only if it began in the window."""
    inside = parse_one(f"CASE WHEN `{_BEGAN}` >= `{WINDOW_START}` THEN `{_BEFORE}` END", dialect=Flink)
    derived = {
        column.alias: column.this.transform(lambda node: inside.copy() if isinstance(node, exp.Window) else node)
        for column in inner.expressions
        if isinstance(column, exp.Alias)
    }
    next(cte for cte in tree.ctes if cte.alias == name).pop()
    if not tree.ctes:
        tree.args.pop("with_")
    for column in list(tree.find_all(exp.Column)):
        if column.name in derived:
            column.replace(exp.paren(derived[column.name].copy()))
    for table in tree.find_all(exp.Table):
        if table.name == name:
            table.replace(exp.to_table(view))


def _without_null_keys(select: exp.Select, key: tuple[str, ...]) -> None:
    for name in key:
        select.where(exp.column(name).is_(exp.Null()).not_(), copy=False)


def _selects(tree: exp.Expr) -> Iterator[exp.Select]:
    yield from list(tree.find_all(exp.Select))


def _windowed(tree: exp.Expr, more: tuple[str, ...], kind: str, *lengths: int) -> str:
    """Every SELECT speaks of its window; those that read no other level read the windows of a relation."""
    inner = {cte.alias for cte in tree.find_all(exp.CTE)}
    read = {table.name for table in tree.find_all(exp.Table)} - inner
    for select in _selects(tree):
        ends = (WINDOW_START, WINDOW_END, *more)
        outermost = select.find_ancestor(exp.CTE) is None
        select.select(*map(exp.column, ends[1:] if outermost else ends), copy=False)
        select.group_by(*map(exp.column, ends), copy=False)
    for table in list(tree.find_all(exp.Table)):
        if table.name in read:
            table.replace(exp.to_table(_HOPPED.format(table.name)))
    text = _sql(tree)
    for name in read:
        sizes = ", ".join(map(_interval, reversed(lengths)))
        windows = f"TABLE({kind}(TABLE `{name}`, DESCRIPTOR(`{ROWTIME}`), {sizes}))"
        text = text.replace(f"`{_HOPPED.format(name)}`", windows)
    return text


def _sql(tree: exp.Expr) -> str:
    return tree.sql(Flink, identify=True, pretty=True, comments=False)


def _interval(milliseconds: int) -> str:
    seconds = milliseconds // 1000
    return f"INTERVAL '{seconds // 60}' MINUTE(3)" if seconds % 60 == 0 else f"INTERVAL '{seconds}' SECOND(3)"


def text(value: str) -> str:
    """A text as Flink SQL writes it."""
    return exp.Literal.string(value).sql(Flink)
