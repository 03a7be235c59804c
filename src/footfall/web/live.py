"""What the live page streams, takes and gives away: changes, what people do about incidents, the blocklist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from footfall.ports import FootfallError, LivePlane
from footfall.web.access import Viewer
from footfall.web.access_pages import fields, local
from footfall.web.export import KINDS, send
from footfall.web.live_card import Card, Cards, whole
from footfall.web.live_hub import LONGEST, Hub, Variant
from footfall.web.render import fragment
from footfall.web.view import Shelf

MINUTES = {30: "30 minutes", 120: "2 hours", 480: "8 hours", 1440: "a day", 10080: "a week"}
"""For how long a mute can be: always with an end."""
NAME, NOTE = 80, 1_000
"""Characters of a name and of a note that are kept."""
MEDIA = {"json": "application/json"}
STREAM = {"cache-control": "no-store", "x-accel-buffering": "no"}
NOBODY = "Say who you are."


def variant(viewer: Viewer | None) -> Variant:
    """Which writing of a card somebody sees."""
    return viewer is not None and viewer.acts, viewer is None or not viewer.name


def cards_of(app: Any) -> Cards:
    """The app's cards, made when they are first wanted."""
    if not hasattr(app.state, "cards"):
        app.state.cards = Cards(app.state.shelf.plane.live, app.state.store.zone)
    cards: Cards = app.state.cards
    return cards


async def stream(request: Request) -> Response:
    """Server-sent events: ``pulse``, ``incident``, ``attacks``."""
    since = request.headers.get("last-event-id") or request.query_params.get("since", "")
    told = int(since) if since.isascii() and since.isdigit() else 0
    messages = _hub(request.app).stream(variant(request.state.viewer), told)
    return StreamingResponse(messages, media_type="text/event-stream", headers=STREAM)


def _hub(app: Any) -> Hub:
    if not hasattr(app.state, "hub"):
        state = app.state

        def written(card: Card, acts: bool, asks: bool) -> str:
            return fragment(state.store, "live_card.html", card=card, acts=acts, asks=asks, minutes=MINUTES, open=True)

        longest = getattr(state, "longest", LONGEST)
        state.hub = Hub(state.shelf.plane.live, cards_of(app), written, state.gate.now, state.ended.is_set, longest)
    hub: Hub = app.state.hub
    return hub


async def acknowledge(request: Request) -> Response:
    """Somebody looks after an incident."""
    return await _act(request, lambda live, key, who, now, note, _asked: live.store.acknowledge(key, who, now, note))


async def mute(request: Request) -> Response:
    """No messages about its rule and kind of subject for a while."""

    def act(live: LivePlane, key: str, who: str, now: int, note: str, asked: dict[str, str]) -> object:
        minutes = next((minutes for minutes in MINUTES if str(minutes) == asked.get("minutes")), None)
        if minutes is None:
            raise FootfallError("A mute has an end: say for how long.")
        return live.store.mute(key, who, now, now + minutes * 60_000, note)

    return await _act(request, act)


async def resolve(request: Request) -> Response:
    """Closes an incident, as no attack where that is said."""
    return await _act(
        request,
        lambda live, key, who, now, note, asked: live.store.resolve(key, who, now, note, "mistaken" in asked),
    )


async def _act(request: Request, act: Callable[[LivePlane, str, str, int, str, dict[str, str]], object]) -> Response:
    viewer: Viewer = request.state.viewer
    shelf: Shelf = request.app.state.shelf
    live, asked = shelf.plane.live, await fields(request)
    who, note = viewer.name or asked.get("who", "").strip()[:NAME], asked.get("note", "").strip()[:NOTE]
    if not who:
        return PlainTextResponse(f"{NOBODY}\n", 400)
    incident = await to_thread.run_sync(whole, live, request.path_params["key"])
    if incident is None:
        return PlainTextResponse("There is no such incident.\n", 404)
    now = request.app.state.gate.now()
    try:
        await to_thread.run_sync(partial(act, live, incident.id, who, now, note, asked))
    except FootfallError as error:
        return PlainTextResponse(f"{error}\n", 400)
    return RedirectResponse(local(asked.get("back", "/live")), 303)


def blocklist(request: Request) -> Response:
    """The addresses to shut out, as a file."""
    plane, form = request.app.state.shelf.plane, request.path_params["form"]
    try:
        if form in KINDS:
            return send(plane.rows("blocklist", date.min, date.max, "gross"), "blocklist", form)
        if f".{form}" not in plane.live.blocklist_forms():
            return PlainTextResponse("There is no such form.\n", 404)
        written = plane.live.blocklist(f".{form}")
    except FootfallError as error:
        return PlainTextResponse(f"{error}\n", 503)
    headers = {"content-disposition": f'attachment; filename="blocklist.{form}"'}
    return Response(written, media_type=MEDIA.get(form, "text/plain"), headers=headers)


ROUTES = (
    Route("/live/stream", stream),
    Route("/incidents/{key}/acknowledge", acknowledge, methods=["POST"]),
    Route("/incidents/{key}/mute", mute, methods=["POST"]),
    Route("/incidents/{key}/resolve", resolve, methods=["POST"]),
    Route("/blocklist.{form}", blocklist),
)
