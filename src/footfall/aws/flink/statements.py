"""The SQL that the application runs, written when a release is made: main.py reads it and needs no parser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from footfall import rules
from footfall.aws.flink.judgement import LETTER
from footfall.aws.signals import FEED, LATE, TICK, WATCH
from footfall.detect.arrivals import ALLOWED
from footfall.detect.compile import WINDOW_END, feed_tree, watch_tree
from footfall.detect.copies import ONE, PLACE
from footfall.detect.flink import (
    COLUMNS,
    RAW,
    ROWTIME,
    WINDOW_TIME,
    feed_statement,
    late_statements,
    once,
    rowtime,
    watch_statements,
    watermark,
)

LINE, AT = "line", "at"
SPACING = 10_000
"""ms between ticks."""
_END = f"1000 * UNIX_TIMESTAMP(DATE_FORMAT(`{WINDOW_END}`, 'yyyy-MM-dd HH:mm:ss'))"
"""A window ends on a whole second; ms."""


class Plan(TypedDict):
    """What main.py is told: the stream's columns and its time, views in order, a SELECT of dead letters (``line``) and
    those of all that is told in order of time (``line`` and the time ``at``)."""

    stream: str
    columns: dict[str, str]
    rowtime: tuple[str, str]
    watermark: str
    views: list[str]
    letters: str
    signals: list[str]


def plan() -> Plan:
    """Every watch and every feed, what was late, and the ticks."""
    missed, late = late_statements(ALLOWED)
    views, signals = [once(ALLOWED), missed], [_tick(), _signal(LATE, "raw", ["events"], late)]
    for watch in (watch for rule in rules.rules().values() for watch in rule.watches):
        *more, query = watch_statements(watch, WINDOW_TIME)
        views += more
        signals.append(_signal(WATCH, watch.id, watch_tree(watch).named_selects, query))
    signals += [
        _signal(FEED, feed.id, feed_tree(feed).named_selects, feed_statement(feed, WINDOW_TIME))
        for feed in rules.feeds().values()
    ]
    return Plan(
        stream=RAW,
        columns=COLUMNS | dict.fromkeys((ONE, PLACE), "STRING"),
        rowtime=(ROWTIME, rowtime(ALLOWED)),
        watermark=watermark(ALLOWED),
        views=views,
        letters=f"SELECT `{LETTER}` AS `{LINE}` FROM `{RAW}` WHERE `{LETTER}` IS NOT NULL",
        signals=signals,
    )


def _signal(kind: str, what: str, names: Iterable[str], query: str) -> str:
    """A query's rows as records of ``signals``."""
    parts = [f"KEY '{kind}' VALUE '{what}'", f"KEY '{WINDOW_END}' VALUE {_END}"]
    parts += [f"KEY '{name}' VALUE `{name}`" for name in names if name != WINDOW_END]
    line = f"JSON_OBJECT({', '.join(parts)} NULL ON NULL) AS `{LINE}`"
    return f"SELECT {line}, `{WINDOW_TIME}` AS `{AT}` FROM (\n{query}\n)"


def _tick() -> str:
    """Now and then a beat, once all that ended before it was told."""
    chosen = f"`event_time` = 0 AND MOD(`received_at`, {SPACING}) = 0"
    line = f"JSON_OBJECT(KEY '{TICK}' VALUE `received_at`) AS `{LINE}`"
    return f"SELECT {line}, `{ROWTIME}` AS `{AT}` FROM `{RAW}` WHERE {chosen}"
