"""The dashboard as an app: every page found, the files it needs, its exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from footfall.config import Store
from footfall.ports import FootfallError, Plane
from footfall.web import export, page
from footfall.web.filters import Filters
from footfall.web.headers import SafeHeaders
from footfall.web.render import render
from footfall.web.view import Shelf, View

STATIC = Path(__file__).with_name("static")
THEMES = ("system", "light", "dark")
SMALL = 500
"""Bytes from which an answer is packed."""
YEAR = 365 * 24 * 3600
DAY = "public, max-age=86400"


class Files(StaticFiles):
    """The files that pages name with their version, so that browsers may keep them."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        """A file; kept for a year by those who ask for a version of it, else for a day."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = f"public, max-age={YEAR}, immutable" if scope["query_string"] else DAY
        return response


def dashboard(
    plane: Plane, store: Store, middleware: Sequence[Middleware] = (), routes: Sequence[BaseRoute] = ()
) -> Starlette:
    """The dashboard over a plane.

    ``request.app.state`` holds ``shelf`` (the plane's answers, see ``view.Shelf``) and ``store``.

    Args:
        plane: where everything shown comes from.
        store: name, zone and currency.
        middleware: between the safe headers and the pages: access.
        routes: others, before the pages': login.
    """
    pages = [route for shown in page.found() for route in (Route(shown.path, _endpoint(shown)), *shown.routes)]
    own = [
        Route("/theme", theme),
        Route("/export/{name}.{kind}", export.download),
        Mount("/static", Files(directory=STATIC)),
    ]
    app = Starlette(
        routes=[*routes, *pages, *own],
        middleware=[Middleware(SafeHeaders), Middleware(GZipMiddleware, minimum_size=SMALL), *middleware],
        exception_handlers={404: _missing},
    )
    app.state.shelf, app.state.store = Shelf(plane), store
    return app


def view_of(request: Request, span: int = 28) -> View:
    """What a request asks to see."""
    state = request.app.state
    query = dict(request.query_params)
    return View(state.shelf, state.store, Filters.read(query), query, request.url.path, span)


def _endpoint(shown: page.Page) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        view = view_of(request, shown.span)
        try:
            if not shown.empty:
                _ = view.extent
            return render(request, shown.template, view, shown, **shown.of(view))
        except FootfallError as error:
            return render(request, "empty.html", view, shown, status=503, sentence=str(error))

    return endpoint


def theme(request: Request) -> Response:
    """Keeps the theme chosen in a cookie and goes back to where it was chosen."""
    back = request.query_params.get("back", "/")
    chosen = request.query_params.get("to", "")
    local = back.startswith("/") and not back.startswith(("//", "/\\"))
    response = RedirectResponse(back if local else "/", 303)
    response.set_cookie("theme", chosen if chosen in THEMES else THEMES[0], max_age=YEAR, httponly=True, samesite="lax")
    return response


def _missing(request: Request, _error: Exception) -> Response:
    return render(request, "empty.html", view_of(request), None, status=404, sentence="There is no such page.")
