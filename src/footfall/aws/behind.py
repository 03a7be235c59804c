"""The events behind findings: read from the stream of clean events when a finding asks for them, and kept a while."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.aws.bought import Bought
from footfall.aws.records import ARRIVED, ONCE, Record, Stream, seen
from footfall.detect.arrivals import ALLOWED
from footfall.detect.relation import COLUMNS, SCHEMA
from footfall.incident import Subject
from footfall.ports import FootfallError

AHEAD = 60_000
"""A client's clock may be so many ms ahead of the collector's."""
RETENTION = 24 * 3_600_000
"""How long the stream keeps a record, ms."""
MOST = 1_000_000
"""Events that are held at most; a window with more is not looked into."""
REMEMBERED = 2 * 3_600_000
"""For so many ms of event time it is known up to which arrival a window was looked at: an alert ends long after it."""
PATIENCE = 30.0
"""Seconds of one reading; what was read by then is not read again."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Events of one page, and the earliest and latest time of them."""

    first: int
    last: int
    events: pa.Table


class Behind:
    """What a window held, as far as the stream had taken it when the window was judged.

    Every answer follows from the stream and from the moment up to which it is looked at (``upto``), so it is the same
    whenever it is asked. Shards are read once, onward from the earliest moment asked for.

    ``looked`` is all that has to be remembered: the ends of windows, and up to which arrival each was looked at.

    Args:
        stream: of clean events.
        longest: of all windows that may be asked for, ms.
        clock: the time, UTC ms: what is older than ``RETENTION`` is gone.
        most: events held at most.
    """

    def __init__(self, stream: Stream, longest: int, clock: Callable[[], int], most: int = MOST) -> None:
        self._stream, self._longest, self._clock, self._most = stream, longest, clock, most
        self._asked: dict[int, int] = {}
        self.looked: dict[int, int] = {}
        self._began = self._held = self._upto = self._rows = 0
        self._bought = Bought()
        self._begin(0, 0)
        self._full = 0
        self._unseen: set[tuple[int, int]] = set()
        self._whole = lru_cache(4)(self._joined)

    def ask(self, upto: Mapping[int, int]) -> None:
        """Says what is judged now: the ends of windows, UTC ms, and up to which arrival each is looked at."""
        self._asked = dict(upto)
        self.looked |= self._asked
        self._unseen.clear()
        self._whole.cache_clear()

    @property
    def unseen(self) -> int:
        """How many of the windows judged now were asked for and could not be had."""
        return len(self._unseen)

    def holds(self, since: int, until: int) -> bool:
        """Whether the events of a window can be had; never where it is none that is judged now."""
        if until not in self._asked:
            return False
        can = self._ready(since - AHEAD, self._asked[until])
        self._unseen |= set() if can else {(since, until)}
        return can

    def window(self, since: int, until: int, key: Mapping[str, str], *columns: str) -> pa.Table:
        """The events on time with ``since`` <= time < ``until`` and a key, in no order: some columns of the relation,
        all where none is named; no rows where they cannot be had."""
        if not self.holds(since, until):
            return SCHEMA.empty_table().select(columns or COLUMNS)
        events = self._whole(since - ALLOWED, until, self._asked[until])
        for name, value in key.items():
            events = events.filter(pc.equal(events[name], value))
        events = _each_once(events)
        return events.filter(pc.greater_equal(events["event_time"], since)).select(columns or COLUMNS)

    def bought(self, subject: Subject, since: int, until: int) -> int:
        """Purchases of a subject between two moments, UTC ms, inclusive, as far as the window that ended then saw them;
        those that the stream no longer holds are missing."""
        upto = self.looked.get(until + 1, max(self._asked.values(), default=0))
        if self._lies(since - AHEAD):
            self._reach(since - AHEAD, upto)
        return self._bought.count(subject, since, until, upto)

    def follow(self, upto: int) -> None:
        """Reads on, so that what is asked for later is not much at once."""
        if self._began and upto > self._upto:
            self._read(upto)

    def forget(self, closed: int) -> None:
        """Drops what no window may ask for that ends after ``closed``."""
        oldest = closed - self._longest - 2 * AHEAD
        while self._pieces and self._pieces[0].last < oldest:
            self._drop()
        self._held = max(self._held, min(oldest, self._upto))
        self._bought.forget(closed)
        self.looked = {end: upto for end, upto in self.looked.items() if end > closed - REMEMBERED}

    def _ready(self, since: int, upto: int) -> bool:
        """Makes sure of all that arrived between two moments; whether it can be had."""
        if not self._lies(since) or since < self._full:
            return False
        self._reach(since, upto)
        if self._full <= since < self._held:
            self._begin(since, since)
            self._read(upto)
        return since >= max(self._held, self._full)

    def _lies(self, since: int) -> bool:
        """Whether what arrived since a moment still lies in the stream."""
        return since > self._clock() - RETENTION

    def _reach(self, since: int, upto: int) -> None:
        if not self._began or not self._began <= since <= self._upto:
            self._begin(since, since)
        if upto > self._upto:
            self._read(upto)

    def _begin(self, since: int, upto: int) -> None:
        """Forgets everything, to read from a moment on."""
        self._began = self._held = since
        self._upto, self._rows = upto, 0
        self._last: dict[str, int] = {}
        self._pieces: deque[_Piece] = deque()
        self._bought = Bought()

    def _read(self, upto: int) -> None:
        """Reads every shard until what arrived by a moment is there.

        Raises:
            FootfallError: the stream cannot be read, or not in time; the next try goes on from there.
        """
        until = time.monotonic() + PATIENCE
        for shard in self._stream.shards():
            for page in self._pages(shard, upto):
                self._take(page)
                self._last[shard] = page[-1].number
                if time.monotonic() > until:
                    raise FootfallError("The events behind the findings are many; the batch is to be given again.")
        self._upto = upto

    def _pages(self, shard: str, upto: int) -> Iterator[list[Record]]:
        for page in self._stream.pages(shard, self._last.get(shard, 0), self._began):
            yield page
            if page[-1].arrived > upto:
                return

    def _take(self, page: list[Record]) -> None:
        events = seen(page)
        late = pc.greater(pc.subtract(events["received_at"], events["event_time"]), ALLOWED)
        events = events.filter(pc.invert(late))
        if not len(events):
            return
        self._bought.add(events)
        bounds = pc.min_max(events["event_time"])
        self._pieces.append(_Piece(bounds["min"].as_py(), bounds["max"].as_py(), events))
        self._rows += len(events)
        while self._rows > self._most:
            self._full = max(self._full, self._drop() + 1)

    def _drop(self) -> int:
        """Lets go of the first piece; when the last of it arrived."""
        piece = self._pieces.popleft()
        self._rows -= len(piece.events)
        return int(pc.max(piece.events[ARRIVED]).as_py())

    def _joined(self, since: int, until: int, upto: int) -> pa.Table:
        tables = [piece.events for piece in self._pieces if piece.first < until and piece.last >= since]
        if not tables:
            return SCHEMA.empty_table().append_column(ONCE, pa.nulls(0, pa.int64()))
        events = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
        times = events["event_time"]
        inside = pc.and_(pc.greater_equal(times, since), pc.less(times, until))
        return events.filter(pc.and_(inside, pc.less_equal(events[ARRIVED], upto)))


def _each_once(events: pa.Table) -> pa.Table:
    """Without copies, which the stream holds too: of one id within the allowed lateness the earliest counts."""
    if events[ONCE].null_count == len(events):
        return events
    known = pc.is_valid(events[ONCE]).to_numpy(zero_copy_only=False)
    numbers, times = events[ONCE].fill_null(0).to_numpy(), events["event_time"].to_numpy()
    order = np.lexsort((events[ARRIVED].to_numpy(), times, numbers))
    again = (np.diff(numbers[order]) == 0) & (np.diff(times[order]) <= ALLOWED)
    kept = np.ones(len(events), bool)
    kept[order[1:]] = ~again
    kept |= ~known
    return events if kept.all() else events.filter(pa.array(kept))
