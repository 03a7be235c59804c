"""One page, one module: those under ``pages`` are found by being there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from starlette.routing import BaseRoute

from footfall.web import pages
from footfall.web.view import View

Data = Callable[[View], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page as its module states it, each in a constant of the same name in capitals.

    Attributes:
        title: in the navigation and above the page.
        path: its address.
        place: in the navigation, lowest first.
        template: file under ``templates``.
        data: what the template is given, besides ``view``, ``page`` and ``navigation``.
        span: days shown when the address names none.
        filters: which of the filters the page knows: days, compare, count, category, brand, source.
        badge: a number beside the title in the navigation, 0 for none.
        routes: other addresses of the page: downloads, streams, what its buttons do.
        empty: whether it can be shown while there are no figures yet.
        steady: whether its data follows from the figures and the address alone.
    """

    title: str
    path: str
    place: int
    template: str
    data: Data
    span: int = 28
    filters: tuple[str, ...] = ()
    badge: Callable[[View], int] | None = None
    routes: tuple[BaseRoute, ...] = ()
    empty: bool = False
    steady: bool = False

    def of(self, view: View) -> dict[str, Any]:
        """What the template is given; kept where it stays the same."""
        return view.shelf.page(view, self.data) if self.steady else self.data(view)


@cache
def found() -> tuple[Page, ...]:
    """Every page, in the navigation's order."""
    modules = [import_module(f"{pages.__name__}.{info.name}") for info in iter_modules(pages.__path__)]
    return tuple(sorted((_stated(module) for module in modules), key=lambda page: page.place))


def _stated(module: Any) -> Page:
    names = ("title", "path", "place", "template", "span", "filters", "routes", "empty", "steady")
    stated = {name: getattr(module, name.upper()) for name in names if hasattr(module, name.upper())}
    return Page(**stated, data=module.data, badge=getattr(module, "badge", None))
