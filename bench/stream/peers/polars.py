"""A buffer, filled 20,000 events at a time; as soon as windows close, a group-by over each one's slice of it.

The buffer is kept in order of time, so a window is a slice, not a filter; the windows that close together are worked
out in one ``collect_all``. Only the flood's many short windows are quicker by ``group_by_dynamic``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from bench.stream.work import ALLOWED, BEHIND, Job, Row, rows, save

TITLE = "Polars, micro-batches"
DISTRIBUTION = "polars"

BATCH = 20_000
TEXTS = ("event_type", "product_id", "user_session", "ip", "user_agent", "path")
SCHEMA = dict.fromkeys(("event_time", "received_at", *TEXTS), pl.String)
TIME = pl.col("event_time")
KIND = pl.col("event_type")


def distinct(column: str, kind: str | None = None) -> pl.Expr:
    """How many values a column has, null being none, where an event is of a kind."""
    values = pl.col(column).drop_nulls() if kind is None else pl.col(column).filter(KIND.eq(kind)).drop_nulls()
    return values.n_unique()


def many(*kinds: str) -> pl.Expr:
    """How many events are of these kinds; signed, so that products of counts cannot wrap."""
    return KIND.is_in(kinds).sum().cast(pl.Int64)


GAP = pl.col("gap")
VIEWED = {"views": many("view"), "products": distinct("product_id", "view")}


@dataclass
class Rule:
    """A rule: its key, its window and hop in ms, what it puts out, what else it asks, its bound.

    ``paired``: it asks of gaps. ``dynamic``: its windows are quicker by ``group_by_dynamic``, all at once.
    """

    name: str
    key: str
    window: int
    hop: int
    counts: dict[str, pl.Expr]
    asked: dict[str, pl.Expr]
    bound: pl.Expr
    paired: bool = False
    dynamic: bool = False
    next: int = 0

    def closed(self, buffer: Buffer, watermark: int) -> list[pl.LazyFrame]:
        """What the windows say that may be judged now, each once."""
        ends = range(self.next, watermark + 2, self.hop)
        self.next += len(ends) * self.hop
        if self.dynamic and ends:
            return [self.sliding(buffer.between(ends[0] - self.window, ends[-1]), ends[0], ends[-1])]
        return [self.found(buffer.between(end - self.window, end), end) for end in ends]

    def sliding(self, events: pl.LazyFrame, first: int, last: int) -> pl.LazyFrame:
        """The keys over the bound in the windows that end between two moments."""
        known = events.filter(pl.col(self.key).is_not_null()).with_columns(moment=pl.from_epoch(TIME, time_unit="ms"))
        every, size, before = (f"{length}ms" for length in (self.hop, self.window, self.hop - self.window))
        windows = known.group_by_dynamic(
            "moment", every=every, period=size, offset=before, label="right", group_by=self.key
        )
        totals = windows.agg(**self.counts, **self.asked).filter(self.bound)
        end = pl.col("moment").dt.epoch("ms").alias("window_end")
        return totals.select(self.key, *self.counts, end).filter(pl.col("window_end").is_between(first, last))

    def found(self, events: pl.LazyFrame, end: int) -> pl.LazyFrame:
        """The keys over the bound in the events of one window."""
        known = events.filter(pl.col(self.key).is_not_null())
        if self.paired:
            known = _with_gaps(known, pl.col(self.key))
        totals = known.group_by(self.key).agg(**self.counts, **self.asked).filter(self.bound)
        return totals.select(self.key, *self.counts, pl.lit(end).alias("window_end"))


def _with_gaps(events: pl.LazyFrame, key: pl.Expr) -> pl.LazyFrame:
    """Each event with the time since its key's last one, by a shift of the sorted frame: ``over`` takes longer."""
    steps = events.select(key, TIME).sort(key, TIME)
    return steps.with_columns(gap=pl.when(key == key.shift()).then(TIME - TIME.shift()))


def rules() -> list[Rule]:
    """The five rules."""
    col, session = pl.col, "user_session"
    flooded = {"events": pl.len().cast(pl.Int64)}
    flooded |= {"sessions": distinct(session), "paths": distinct("path"), "agents": distinct("user_agent")}
    flood = (col("events") >= 40) & (col("events") >= 20 * col("sessions"))
    fast = (col("views") >= 30) & (3 * col("products") >= col("views"))
    wide = (col("products") >= 60) & (10 * col("products") >= 9 * col("views")) & (col("shops") == 0)
    steady = {"events": pl.len(), "longest_gap": GAP.max(), "gap_sum": GAP.sum(), "gap_squares": (GAP * GAP).sum()}
    gaps = {"gaps": GAP.count().cast(pl.Int64)}
    varied = 16 * col("gaps") * col("gap_squares") < 17 * col("gap_sum") * col("gap_sum")
    even = (col("events") >= 12) & (col("longest_gap") <= 30_000) & (col("gap_sum") >= 24_000) & varied
    carted = {"carts": many("cart"), "products": distinct("product_id", "cart")}
    carted |= {"views": many("view"), "removes": many("remove_from_cart")}
    few = (5 * col("removes") < col("carts")) & (2 * col("views") < col("carts"))
    hoard = (col("products") >= 15) & (col("bought") == 0) & few
    return [
        Rule("source_flood", "ip", 10_000, 1000, flooded, {}, flood, dynamic=True),
        Rule("session_speed", session, 60_000, 5000, VIEWED, {}, fast),
        Rule("catalogue_walk", session, 600_000, 30_000, VIEWED, {"shops": many("cart", "purchase")}, wide),
        Rule("metronome", session, 900_000, 30_000, steady, gaps, even, paired=True),
        Rule("cart_hoard", session, 600_000, 30_000, carted, {"bought": many("purchase")}, hoard),
    ]


@dataclass
class Buffer:
    """On-time events, in order of time."""

    events: pl.DataFrame

    def add(self, batch: pl.DataFrame) -> None:
        """Takes in a batch; only the last few seconds of the buffer can move."""
        first = self._place(int(batch["event_time"].min() or 0))
        tail = pl.concat([self.events[first:], batch]).sort("event_time")
        self.events = pl.concat([self.events[:first], tail])

    def between(self, since: int, until: int) -> pl.LazyFrame:
        """The events of one window."""
        start = self._place(since)
        return self.events.slice(start, self._place(until) - start).lazy()

    def forget(self, before: int) -> None:
        """Drops what no window needs any more."""
        self.events = self.events[self._place(before) :]

    def _place(self, time: int) -> int:
        return int(self.events["event_time"].search_sorted(time, side="left"))


def watch(job: Job) -> dict[str, int]:
    """Reads the stream, writes what the rules found."""
    watching, buffer, found = rules(), None, []
    watermark = 0
    for batch in batches(job):
        arrived = batch["received_at"]
        watermark = max(watermark, int(arrived.max() or 0) - BEHIND)
        fresh = batch.filter((pl.col("received_at") - TIME <= ALLOWED) & (KIND != "request")).drop("received_at")
        if buffer is None:
            buffer = Buffer(fresh.clear())
            for rule in watching:
                rule.next = (int(arrived.min() or 0) - ALLOWED) // rule.hop * rule.hop
        buffer.add(fresh)
        found += _judge(watching, buffer, watermark)
        buffer.forget(min(rule.next - rule.window for rule in watching))
    if buffer is not None:
        latest = int(buffer.events["event_time"].max() or 0)
        for rule in watching:
            found += _judge([rule], buffer, latest + rule.window - 1)
    return {"rows": save(job, found)}


def batches(job: Job) -> Iterator[pl.DataFrame]:
    """The stream's events, some at a time, times in ms."""
    lines = pl.scan_ndjson(job.stream, schema=SCHEMA)
    times = [_milliseconds(name) for name in ("event_time", "received_at")]
    yield from lines.with_columns(times).collect_batches(chunk_size=BATCH, maintain_order=True)


def _milliseconds(name: str) -> pl.Expr:
    return pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="ms").dt.epoch("ms")


def _judge(watching: list[Rule], buffer: Buffer, watermark: int) -> list[Row]:
    asked = [(rule, frame) for rule in watching for frame in rule.closed(buffer, watermark)]
    answers = pl.collect_all([frame for _, frame in asked]) if asked else []
    return [
        row for (rule, _), answer in zip(asked, answers, strict=True) for row in rows(rule.name, 1, answer.iter_rows())
    ]
