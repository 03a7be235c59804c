"""Who may do what: every request passes here before any page sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from footfall.ingest.collector.address import Addresses
from footfall.ports import Deed, LivePlane
from footfall.web.access_rate import Attempts
from footfall.web.access_store import AccessStore, Role
from footfall.web.render import STATIC

COOKIE = "footfall"
LOGIN, LOGOUT = "/login", "/logout"
PUBLIC = frozenset(f"/static/{path.name}" for path in STATIC.iterdir())
"""What login itself is made of; what is none of it is answered by a page, and pages are not public."""
KEEPSAKES = ("/export/", "/blocklist")
"""Addresses of what is taken away: each time is put on the trail."""
HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
AGAIN = '<!doctype html><meta http-equiv="refresh" content="0"><title>Footfall</title><a href="">Go on</a>'
"""A strict cookie does not come along with a link from a mail, but with this page's own next step."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks; without a name it is whoever sits at this machine, where nobody has an account."""

    name: str
    role: Role

    @property
    def acts(self) -> bool:
        """Whether they may do more than look."""
        return self.role is Role.OPERATOR


@dataclass(frozen=True)
class Gate:
    """What access is decided by.

    Attributes:
        store: accounts and sessions.
        live: keeps the trail.
        addresses: whence a request came.
        now: UTC ms.
        page: the dashboard's address as the settings give it; empty for none.
        attempts: wrong passwords of late.
    """

    store: AccessStore
    live: LivePlane
    addresses: Addresses
    now: Callable[[], int]
    page: str = ""
    attempts: Attempts = field(default_factory=Attempts)

    def viewer(self, request: Request) -> Viewer | None:
        """Who asks, by the session's cookie; at this machine anybody while there are no accounts."""
        account = self.store.session(digest(request.cookies.get(COOKIE, "")), self.now())
        if account:
            return Viewer(account.name, account.role)
        return Viewer("", Role.OPERATOR) if not self.store.accounts() and at_this_machine(request) else None

    def judge(self, request: Request) -> Viewer | Response | None:
        """Who asks; or the answer where they may not; None for what is public."""
        path, writes = request.url.path, request.method not in ("GET", "HEAD")
        if path in PUBLIC and not writes:
            return None
        if writes and not self.own_origin(request):
            return _refused(403, "This did not come from a page of this dashboard.")
        viewer = self.viewer(request)
        if viewer is None:
            return self._unknown(request, path, writes)
        if writes and not viewer.acts and path != LOGOUT:
            return _refused(403, "A viewer's account may look, and not act.")
        return viewer

    def _unknown(self, request: Request, path: str, writes: bool) -> Response | None:
        if not self.store.accounts():
            return _refused(403, "Without an account the dashboard is for this machine alone: footfall users add NAME.")
        if path == LOGIN:
            return None
        if writes or "text/html" not in request.headers.get("accept", "*/*").replace("*/*", "text/html"):
            return _refused(401, "Log in first.")
        if request.headers.get("sec-fetch-site") == "cross-site":
            return HTMLResponse(AGAIN)
        asked = path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{LOGIN}?to={quote(asked)}", 303)

    def own_origin(self, request: Request) -> bool:
        """Whether a browser says that the request comes from a page of this dashboard."""
        origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
        page = urlsplit(self.page)
        return bool(host) and origin in (f"http://{host}", f"https://{host}", f"{page.scheme}://{page.netloc}")


class Access:
    """Lets a request through with ``request.state.viewer``, or answers it; writes what is taken away on the trail."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app, self.gate = app, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send) if scope["type"] == "lifespan" else await send(
                {"type": "websocket.close"}
            )
            return
        request = Request(scope, receive)
        judged = self.gate.judge(request)
        if isinstance(judged, Response):
            await judged(scope, receive, send)
            return
        scope.setdefault("state", {})["viewer"] = judged
        kept = judged is not None and request.url.path.startswith(KEEPSAKES) and request.method == "GET"
        await self.app(scope, receive, self._noted(request, judged.name, send) if judged and kept else send)

    def _noted(self, request: Request, who: str, send: Send) -> Send:
        """Sends nothing of what is taken away before the trail says so."""
        about = request.url.path + (f"?{request.url.query}" if request.url.query else "")

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                self.gate.live.record(Deed(self.gate.now(), who or "this machine", "exported", about))
            await send(message)

        return noted


def digest(token: str) -> str:
    """What is kept of a session's token."""
    return sha256(token.encode()).hexdigest()


def at_this_machine(request: Request) -> bool:
    """Whether nobody stands between: both ends are this machine, by a name that only it has, without a proxy's word."""
    server, client = request.scope.get("server"), request.client
    ends = [server[0] if server else "", client.host if client else ""]
    name = request.headers.get("host", "").lower()
    bare = name if name.endswith("]") else name.rpartition(":")[0] or name
    return all(map(loopback, ends)) and bare in HERE and not any(header in request.headers for header in FORWARDED)


def loopback(address: str) -> bool:
    """Whether an address is of this machine alone."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _refused(status: int, sentence: str) -> Response:
    return PlainTextResponse(f"{sentence}\n", status)
