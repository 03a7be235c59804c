"""The SQL that the application runs, written when a release is made: main.py reads it and needs no parser."""

from __future__ import annotations

from typing import TypedDict

from sqlglot import exp

from footfall import rules
from footfall.aws.flink.judgement import LETTER
from footfall.aws.signals import FEED, WATCH
from footfall.detect.arrivals import ALLOWED
from footfall.detect.compile import WINDOW_END, feed_tree, watch_tree
from footfall.detect.flink import (
    COLUMNS,
    RAW,
    ROWTIME,
    ROWTIME_IS,
    feed_statement,
    on_time,
    watch_statements,
    watermark,
)
from footfall.rules import Feed, Watch

LINE = "line"
_END = f"1000 * UNIX_TIMESTAMP(DATE_FORMAT(`{WINDOW_END}`, 'yyyy-MM-dd HH:mm:ss'))"
"""A window ends on a whole second; ms."""


class Plan(TypedDict):
    """What main.py is told: the stream's columns and its time, views in order, SELECTs of one column ``line``."""

    stream: str
    columns: dict[str, str]
    rowtime: tuple[str, str]
    watermark: str
    views: list[str]
    signals: list[str]


def plan() -> Plan:
    """Every watch and every feed."""
    views, signals = [on_time(ALLOWED)], [f"SELECT `{LETTER}` AS `{LINE}` FROM `{RAW}` WHERE `{LETTER}` IS NOT NULL"]
    for watch in (watch for rule in rules.rules().values() for watch in rule.watches):
        *more, query = watch_statements(watch)
        views += more
        signals.append(_signal(WATCH, watch, watch_tree(watch), query))
    signals += [_signal(FEED, feed, feed_tree(feed), feed_statement(feed)) for feed in rules.feeds().values()]
    return Plan(
        stream=RAW,
        columns=COLUMNS,
        rowtime=(ROWTIME, ROWTIME_IS),
        watermark=watermark(ALLOWED),
        views=views,
        signals=signals,
    )


def _signal(kind: str, what: Watch | Feed, tree: exp.Query, query: str) -> str:
    """A query's rows as records of ``signals``."""
    names = [name for name in tree.named_selects if name != WINDOW_END]
    parts = [f"KEY '{kind}' VALUE '{what.id}'", f"KEY '{WINDOW_END}' VALUE {_END}"]
    parts += [f"KEY '{name}' VALUE `{name}`" for name in names]
    return f"SELECT JSON_OBJECT({', '.join(parts)} NULL ON NULL) AS `{LINE}` FROM (\n{query}\n)"
