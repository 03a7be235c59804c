"""Live traffic and attacks: people and bots by the second, incidents with their evidence, what people did."""

from __future__ import annotations

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from footfall.web import live, page
from footfall.web.app import view_of
from footfall.web.live_card import Cards, advice, clock, crowd, history, open_attacks, whole
from footfall.web.render import render
from footfall.web.view import View

TITLE, PATH, PLACE, TEMPLATE = "Live & attacks", "/live", 50, "live.html"
EMPTY = True
MOST = 30
"""Incidents that go on which are shown with all their evidence; the others are in the table."""
PAGE = 25
"""Past incidents on a page."""
TRAIL, TRAIL_PAGE = 6, 500
"""Deeds shown below the incidents, and on the page of their own."""
TEN = 10
"""Seconds over which people and bots are averaged."""


def badge(view: View) -> int:
    """How many attacks go on."""
    return len(open_attacks(view.plane.live))


def data(view: View) -> dict[str, Any]:
    """What the template needs."""
    plane, zone, since = view.plane.live, view.store.zone, time.time_ns() // 1_000_000
    cards = Cards(plane, zone)
    every = plane.store.incidents()
    going = [one for one in every if one.closed is None and not one.resolved]
    shown, rest = going[:MOST], going[MOST:] + [one for one in every if one.closed is not None or one.resolved]
    first = _number(view.query.get("from", "")) // PAGE * PAGE
    seconds = plane.pulse()
    return {
        "cards": [cards.of(one) for one in shown],
        "attacks": sum(not crowd(one) for one in going),
        "past": [cards.of(one) for one in rest[first : first + PAGE]],
        "since": since,
        "first": first,
        "count": len(rest),
        "size": PAGE,
        "rates": _rates(seconds),
        "last": seconds[-1][0] if seconds else None,
        "blocked": plane.blocked(),
        "forms": plane.blocklist_forms(),
        "trail": [(clock(deed.at, zone), deed) for deed in plane.trail(TRAIL)],
        "minutes": live.MINUTES,
    }


def incident(request: Request) -> Response:
    """One incident with all that is known of it."""
    view = view_of(request)
    plane, zone = view.plane.live, view.store.zone
    found = whole(plane, request.path_params["key"])
    if found is None:
        return render(request, "empty.html", view, None, 404, sentence="There is no such incident.")
    card = Cards(plane, zone).of(found)
    verdicts = plane.store.verdicts(standing=False, incident=found.id)
    return render(
        request,
        "live_incident.html",
        view,
        _page(),
        card=card,
        advice=advice(found.rule),
        history=history(plane, found, zone),
        verdicts=verdicts,
        minutes=live.MINUTES,
    )


def trail(request: Request) -> Response:
    """What people did here, the latest first."""
    view = view_of(request)
    deeds = view.plane.live.trail(TRAIL_PAGE)
    listed = [(clock(deed.at, view.store.zone), deed) for deed in deeds]
    return render(request, "live_trail.html", view, _page(), trail=listed, most=TRAIL_PAGE)


def _page() -> page.Page:
    return next(found for found in page.found() if found.path == PATH)


def _rates(seconds: Any) -> tuple[float, float] | None:
    last = seconds[-TEN:]
    if not last:
        return None
    people, bots = (sum(second[place] for second in last) / len(last) for place in (1, 2))
    return people, bots


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


ROUTES = (*live.ROUTES, Route("/incidents/{key}", incident), Route("/trail", trail))
