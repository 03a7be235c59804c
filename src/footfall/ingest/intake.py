"""What arrives live: submissions of many clients, judged together as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from footfall.event import arrow_schema
from footfall.ingest.rows import UNFIT, Row, lean, structs, text, told
from footfall.ingest.validate import Reasons, validate
from footfall.ports import DeadLetter

_TIME = arrow_schema().field("received_at").type


@dataclass(frozen=True, slots=True)
class Submission:
    """What one client handed in.

    Attributes:
        rows: ``rows.Row`` or plain dicts of the event's fields; or a table of its columns.
        received_at: when, UTC microseconds; stands in every row, whatever the row says (a table keeps its own).
        source: whom dead letters name.
        letters: rows refused before.
        marks: how far a source has been read, kept together with its events.
        lines: where each row stood; from 1 in order unless said.
    """

    rows: Sequence[Any] | pa.Table
    received_at: int
    source: str = "collector"
    letters: Sequence[DeadLetter] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    lines: Sequence[int] | None = None

    @property
    def size(self) -> int:
        """How many rows."""
        return self.rows.num_rows if isinstance(self.rows, pa.Table) else len(self.rows)

    def letter(self, row: int, reason: str) -> DeadLetter:
        """The dead letter of one row."""
        told = self.rows.slice(row, 1).to_pylist()[0] if isinstance(self.rows, pa.Table) else self.rows[row]
        return DeadLetter(self.source, self.lines[row] if self.lines else row + 1, reason, text(told))


@dataclass(frozen=True, slots=True)
class Judged:
    """Submissions judged: the good rows as events, columns without a value left out; the letters of each submission."""

    events: pa.Table
    letters: list[list[DeadLetter]]


def judge(submissions: Sequence[Submission]) -> Judged:
    """Judges submissions together: what one of them holds never changes what becomes of another."""
    try:
        return _judge(submissions)
    except UNFIT:
        return _judge([_mended(submission) for submission in submissions])


def _judge(submissions: Sequence[Submission]) -> Judged:
    letters = [list(submission.letters) for submission in submissions]
    listed = [place for place, submission in enumerate(submissions) if not isinstance(submission.rows, pa.Table)]
    tables = [place for place, submission in enumerate(submissions) if isinstance(submission.rows, pa.Table)]
    judged = [(listed, *validate(_raw([submissions[place] for place in listed])))] if listed else []
    judged += [([place], *validate(submissions[place].rows)) for place in tables]
    for places, _, reasons in judged:
        _refuse(submissions, places, reasons, letters)
    return Judged(_lean([events for _, events, _ in judged]), letters)


def _raw(submissions: Sequence[Submission]) -> pa.Table:
    rows = [row for submission in submissions for row in structs(submission.rows)]
    table = lean(rows)
    stamps = np.repeat([each.received_at for each in submissions], [each.size for each in submissions])
    if "received_at" in table.column_names:
        table = table.drop_columns(["received_at"])
    return table.append_column("received_at", pa.array(stamps.astype(np.int64)).cast(_TIME))


def _refuse(
    submissions: Sequence[Submission], places: Sequence[int], reasons: Reasons, letters: list[list[DeadLetter]]
) -> None:
    good = reasons.good
    if good.all():
        return
    starts = np.cumsum([0, *(submissions[place].size for place in places)])
    for row in map(int, np.flatnonzero(~good)):
        which = int(np.searchsorted(starts, row, "right")) - 1
        letter = submissions[places[which]].letter(row - int(starts[which]), reasons.of(row))
        letters[places[which]].append(letter)


def _lean(parts: list[pa.Table]) -> pa.Table:
    """One table in the order of the event's fields, plain texts."""
    plain = [pa.table({name: _plain(part.column(name)) for name in part.column_names}) for part in parts]
    joined = pa.concat_tables(plain, promote_options="default") if len(plain) > 1 else plain[0]
    names = [name for name in arrow_schema().names if name in joined.column_names]
    return joined.select([name for name in names if joined.column(name).null_count < joined.num_rows])


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _mended(submission: Submission) -> Submission:
    """The submission without the rows that have values of other kinds than their fields."""
    if isinstance(submission.rows, pa.Table):
        return submission
    try:
        lean(structs(submission.rows))
    except UNFIT:
        return _picked(submission)
    return submission


def _picked(submission: Submission) -> Submission:
    rows, lines, letters = [], [], [*submission.letters]
    for place, raw in enumerate(submission.rows):
        row, reason = told(msgspec.structs.asdict(raw)) if type(raw) is Row else _told(raw)
        if reason:
            letters.append(submission.letter(place, reason))
        else:
            rows.append(row)
            lines.append(submission.lines[place] if submission.lines else place + 1)
    return replace(submission, rows=rows, lines=lines, letters=letters)


def _told(raw: object) -> tuple[Any, str]:
    return told(raw) if isinstance(raw, dict) else (None, "not a JSON object")
