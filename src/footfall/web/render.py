"""Templates into answers: everything is escaped, nothing unknown is passed over."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from footfall.config import Store
from footfall.ports import FootfallError
from footfall.web import formats, page
from footfall.web.answers import ANSWERS
from footfall.web.filters import COMPARISONS
from footfall.web.view import View

STATIC = Path(__file__).with_name("static")


def render(
    request: Request, template: str, view: View, shown: page.Page | None, status: int = 200, **data: Any
) -> Response:
    """A page.

    Args:
        request: who asks; its cookie names the theme.
        template: file under ``templates``.
        view: what is asked for.
        shown: the page, None for one that is not in the navigation.
        status: of the answer.
        data: what the template needs besides.
    """
    chosen = request.cookies.get("theme", "")
    text = (
        _environment(view.store)
        .get_template(template)
        .render(
            view=view,
            page=shown,
            navigation=[(other, _badge(other, view)) for other in page.found()],
            theme=chosen if chosen in ("light", "dark") else "system",
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            viewer=getattr(request.state, "viewer", None),
            **data,
        )
    )
    return HTMLResponse(text, status)


def fragment(store: Store, template: str, **data: Any) -> str:
    """A part of a page, for what is brought into it later."""
    return _environment(store).get_template(template).render(**data)


def _badge(shown: page.Page, view: View) -> int:
    try:
        return shown.badge(view) if shown.badge else 0
    except FootfallError:
        return 0


@cache
def _environment(store: Store) -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {**formats.plain(), **formats.of_store(store)}
    environment.globals |= {"static": static, "answers": ANSWERS, "comparisons": COMPARISONS}
    return environment


@cache
def static(name: str) -> str:
    """The address of a static file, which changes with its content."""
    digest = blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()
    return f"/static/{name}?v={digest}"
