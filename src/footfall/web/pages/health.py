"""Data health: how fresh the figures are, what came in, what was refused and why, and how good the guard is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pyarrow as pa
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from footfall.ports import DeadLetter, Deed, FootfallError, Plane
from footfall.web import formats
from footfall.web.access import Viewer
from footfall.web.charts import line_chart
from footfall.web.export import KINDS, ROWS, stream
from footfall.web.figures import by_day, total
from footfall.web.hands import Hands
from footfall.web.pager import pager
from footfall.web.view import View

TITLE, PATH, PLACE, TEMPLATE = "Data health", "/health", 60, "health.html"
FILTERS = ("days",)
READ = 50_000
"""Dead letters of the latest imports whose reasons are counted on the page; the download holds all."""
LETTERS = pa.schema([("source", pa.string()), ("line", pa.int64()), ("reason", pa.string()), ("row", pa.string())])


def data(view: View) -> dict[str, Any]:
    """What the template needs."""
    health = view.plane.health()
    arrivals = view.rows("arrivals")
    letters = list(islice(view.plane.letters(), READ))
    shown = pager(view, len(health.arrived))
    events = by_day(arrivals, "events")
    return {
        "health": health,
        "totals": total(arrivals),
        "chart": line_chart("Events per day", events, view.days, None, formats.number),
        "letters": len(letters),
        "read": READ,
        "reasons": _reasons(letters),
        "duplicates": sum(one.counts.duplicates for one in health.arrived) if health.arrived else None,
        "pager": shown,
        "arrived": health.arrived[shown.first : shown.last],
        "again": isinstance(view.plane, Hands),
        "grade": health.grade,
        "choices": {},
    }


def _reasons(letters: list[DeadLetter]) -> list[dict[str, Any]]:
    """Each reason with how often, an example, and the sources it is found in, the most frequent first."""
    counted = Counter(letter.reason for letter in letters)
    firsts = {letter.reason: letter for letter in reversed(letters)}
    return [
        {"reason": reason, "count": count, "first": firsts[reason]} for reason, count in counted.most_common(ROWS_SHOWN)
    ]


ROWS_SHOWN = 25


def download(request: Request) -> Response:
    """Every dead letter."""
    kind = request.path_params["kind"]
    if kind not in KINDS:
        return PlainTextResponse("There is no such export.\n", 404)
    marked = bool(request.query_params.get("bom"))
    return stream(LETTERS, _batches(request.app.state.shelf.plane), "dead-letters", kind, marked)


def _batches(plane: Plane) -> Iterator[pa.RecordBatch]:
    letters = plane.letters()
    while held := list(islice(letters, ROWS)):
        rows = [{name: getattr(letter, name) for name in LETTERS.names} for letter in held]
        yield from pa.Table.from_pylist(rows, LETTERS).to_batches()


async def read_again(request: Request) -> Response:
    """Reads every dead letter again, and puts that on the trail."""
    plane: Plane = request.app.state.shelf.plane
    viewer: Viewer = request.state.viewer
    live = plane.live
    if not isinstance(plane, Hands):
        return PlainTextResponse("Dead letters are read again where they lie: footfall replay\n", 404)
    try:
        counts = await to_thread.run_sync(plane.replay)
    except FootfallError as error:
        return PlainTextResponse(f"{error}\n", 503)
    told = f"{counts.stored:,} stored, {counts.duplicates:,} duplicate, {counts.dead:,} stay"
    deed = Deed(request.app.state.gate.now(), viewer.name or "this machine", "read again", "dead letters", told)
    await to_thread.run_sync(live.record, deed)
    return RedirectResponse("/health#letters", 303)


ROUTES = (Route("/health/letters.{kind}", download), Route("/health/replay", read_again, methods=["POST"]))
