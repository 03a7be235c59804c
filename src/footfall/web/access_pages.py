"""Login and logout, and the dashboard with both before it."""

from __future__ import annotations

from secrets import token_urlsafe
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from footfall.config import Store
from footfall.ports import Deed, Plane
from footfall.web.access import COOKIE, LOGIN, LOGOUT, Access, Gate, digest
from footfall.web.access_password import MOST, matches
from footfall.web.access_store import Account
from footfall.web.app import dashboard, view_of
from footfall.web.render import render

DAYS = 7
"""How long a session lasts."""
DAY = 86_400
BODY = 16_384
"""Bytes of a form that are read."""
AT_ONCE = CapacityLimiter(2)
"""Passwords that are tried at the same time: each takes 19 MB."""


def guarded(plane: Plane, store: Store, gate: Gate) -> Starlette:
    """The dashboard behind a gate, which pages find in ``request.app.state.gate``."""
    routes = [Route(LOGIN, login, methods=["GET", "POST"]), Route(LOGOUT, logout, methods=["POST"])]
    app = dashboard(plane, store, middleware=[Middleware(Access, gate=gate)], routes=routes)
    app.state.gate = gate
    return app


async def login(request: Request) -> Response:
    """The form, and what it sends."""
    gate: Gate = request.app.state.gate
    if request.method != "POST":
        back = local(request.query_params.get("to", "/"))
        return RedirectResponse(back, 303) if request.state.viewer else _form(request, back)
    asked = await fields(request)
    name, password, back = asked.get("name", "").strip(), asked.get("password", ""), local(asked.get("to", "/"))
    address, now = _address(request, gate), gate.now()
    wait = gate.attempts.wait(address, name, now)
    if wait:
        answer = _form(request, back, f"Too many tries; the next is heard in {-(-wait // 60)} min.", 429)
        answer.headers["retry-after"] = str(wait)
        return answer
    gate.attempts.failed(address, name, now)  # before it is tried, so that many at once count as many
    account = await to_thread.run_sync(_proven, gate, name, password, limiter=AT_ONCE)
    if account is None:
        return _form(request, back, "This name and password do not belong together.", 403)
    gate.attempts.passed(address)
    return _opened(request, gate, account, back)


def logout(request: Request) -> Response:
    """Ends the session."""
    request.app.state.gate.store.close(digest(request.cookies.get(COOKIE, "")))
    response = RedirectResponse(LOGIN, 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response


async def fields(request: Request) -> dict[str, str]:
    """What a form of this dashboard sent; what is too long is cut, a field sent twice counts once."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY:
            break
    return dict(parse_qsl(body[:BODY].decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=None))


def local(address: str) -> str:
    """An address of this dashboard: what it is not leads to the first page."""
    inside = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if inside and address.isprintable() else "/"


def _proven(gate: Gate, name: str, password: str) -> Account | None:
    account = next((one for one in gate.store.accounts() if one.name == name), None)
    right = matches(account.secret if account else None, password[:MOST])
    return account if right else None


def _opened(request: Request, gate: Gate, account: Account, back: str) -> Response:
    token = token_urlsafe(32)
    gate.store.open(digest(token), account.name, gate.now() + DAYS * DAY * 1000)
    gate.live.record(Deed(gate.now(), account.name, "logged in", _address(request, gate)))
    response = RedirectResponse(back, 303)
    secure = request.headers.get("origin", "").startswith("https://")
    response.set_cookie(COOKIE, token, max_age=DAYS * DAY, secure=secure, httponly=True, samesite="strict")
    return response


def _address(request: Request, gate: Gate) -> str:
    told = b",".join(value for name, value in request.headers.raw if name == gate.addresses.header)
    return gate.addresses.of(request.client.host if request.client else None, told) or "unknown"


def _form(request: Request, back: str, wrong: str = "", status: int = 200) -> Response:
    return render(request, "login.html", view_of(request), None, status, to=back, wrong=wrong)
