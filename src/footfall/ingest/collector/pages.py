"""What the collector shows besides taking events: its health, its figures, the script for a shop's pages."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from footfall.ingest.collector.meter import Meter

SCRIPT = "footfall.js"


def pages(meter: Meter, healthy: Callable[[], bool], figures: Callable[[], str]) -> Starlette:
    """The pages as an app of their own; ``figures`` tells those of others, in the same format."""
    script = files(__package__).joinpath(SCRIPT).read_bytes()

    def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n") if healthy() else PlainTextResponse("cannot write events\n", 503)

    def metrics(_request: Request) -> Response:
        return PlainTextResponse(meter.text() + figures(), media_type="text/plain; version=0.0.4")

    def snippet(_request: Request) -> Response:
        headers = {"cache-control": "public, max-age=3600", "access-control-allow-origin": "*"}
        return Response(script, media_type="text/javascript", headers=headers)

    return Starlette(
        routes=[Route("/healthz", healthz), Route("/metrics", metrics), Route(f"/{SCRIPT}", snippet)],
    )
