"""Everything shown, to take away: CSV that no spreadsheet runs, Parquet; written as it is sent, never cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from footfall.ports import FootfallError
from footfall.web.filters import Filters
from footfall.web.view import Shelf, View

ROWS = 20_000
"""Rows written at a time."""
FORMULA = r"(^|[;\t\r\n])[\s\pC]*[=+\-@＝＋－＠]|^[\t\r\n]"
"""What makes a spreadsheet run a cell: in it from its beginning, or from where another separator would cut it."""
MARK = b"\xef\xbb\xbf"
"""Tells some spreadsheets that a file is UTF-8."""
BOT_COUNTED = {"known": 1, "net": 0}
"""The highest ``bot`` that a population counts."""
OPTIONS = {"quoting_style": "needed", "batch_size": ROWS}
KINDS = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


def download(request: Request) -> Response:
    """The answer that the path names, over the days and filters of the address; ``bom=1`` marks a CSV as UTF-8."""
    name, kind = request.path_params["name"], request.path_params["kind"]
    shelf: Shelf = request.app.state.shelf
    if kind not in KINDS or name not in shelf.plane.exports():
        return PlainTextResponse("There is no such export.\n", 404)
    query = dict(request.query_params)
    view = View(shelf, request.app.state.store, Filters.read(query), query)
    try:
        days = view.days
        rows = narrowed(view.plane.rows(name, days.since, days.until, view.filters.count), view)
    except FootfallError as error:
        return PlainTextResponse(f"{error}\n", 503)
    return send(rows, f"{name}-{days.since}-{days.until}", kind, bool(query.get("bom")))


def send(rows: pa.Table, stem: str, kind: str, marked: bool = False) -> Response:
    """Rows as a file to keep: see :func:`stream`."""
    return stream(rows.schema, rows.to_batches(ROWS), stem, kind, marked)


def stream(
    schema: pa.Schema, batches: Iterable[pa.RecordBatch], stem: str, kind: str, marked: bool = False
) -> Response:
    """Rows as a file to keep, written as they come.

    Args:
        schema: of the rows.
        batches: all of them are sent.
        stem: the file's name without its ending.
        kind: ``csv`` or ``parquet``.
        marked: begin a CSV with UTF-8's mark.
    """
    chunks = _whole(csv(schema, batches, marked) if kind == "csv" else parquet(schema, batches))
    headers = {"content-disposition": f'attachment; filename="{stem}.{kind}"'}
    return StreamingResponse(chunks, media_type=KINDS[kind], headers=headers)


def _whole(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces; what they took in memory is given back when they are sent."""
    yield from chunks
    pa.default_memory_pool().release_unused()


def narrowed(rows: pa.Table, view: View) -> pa.Table:
    """The rows that the filters of category, brand, source and value leave, where there are such columns.

    A category stands for those below it as well; a row of the whole store stays out. Where rows say how much of a bot
    somebody is, those stay out whom the population leaves out.
    """
    wanted = list(_wanted(rows, view))
    return rows.filter(reduce(pc.and_kleene, wanted)) if wanted else rows


def _wanted(rows: pa.Table, view: View) -> Iterator[Any]:
    """Which rows each filter leaves."""
    filters = view.filters
    if filters.category and "category" in rows.column_names:
        column = rows["category"].cast(pa.string())
        yield pc.or_(pc.equal(column, filters.category), pc.starts_with(column, f"{filters.category}."))
    if filters.least and "value" in rows.column_names:
        yield pc.greater_equal(rows["value"], round(filters.least * 10**view.store.minor_digits))
    if "bot" in rows.column_names and filters.count != "gross":
        yield pc.less_equal(rows["bot"], BOT_COUNTED[filters.count])
    for name, wanted in (("brand", filters.brand), ("channel", filters.source)):
        if wanted and name in rows.column_names:
            yield pc.equal(pc.utf8_lower(rows[name].cast(pa.string())), wanted.lower())


def csv(schema: pa.Schema, batches: Iterable[pa.RecordBatch], marked: bool = False) -> Iterator[bytes]:
    """A CSV file in pieces."""
    if marked:
        yield MARK
    yield _csv(harmless(schema.empty_table()), header=True)
    for batch in batches:
        yield _csv(harmless(pa.Table.from_batches([batch])), header=False)


def _csv(rows: pa.Table, header: bool) -> bytes:
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(rows, sink, pyarrow.csv.WriteOptions(include_header=header, **OPTIONS))
    return bytes(sink.getvalue())


def harmless(rows: pa.Table) -> pa.Table:
    """Rows as a spreadsheet may see them: a text that it would run begins with an apostrophe."""
    columns: list[Any] = []
    for column in rows.columns:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            text = column.cast(kind)
            runs = pc.match_substring_regex(text, FORMULA)
            column = pc.if_else(runs, pc.binary_join_element_wise("'", text, ""), text)
        columns.append(column)
    return pa.table(columns, names=rows.column_names)


class _Pieces:
    """A file that gives away what is written to it."""

    closed = False

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, piece: Any) -> int:
        """Takes bytes."""
        self.written.append(bytes(piece))
        return len(self.written[-1])

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """The writer is done."""

    def taken(self) -> bytes:
        """What was written since."""
        pieces, self.written = self.written, []
        return b"".join(pieces)


def parquet(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """A Parquet file in pieces; texts as they are."""
    sink = _Pieces()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            yield sink.taken()
    yield sink.taken()
