"""How fast the same bytes can be parsed at all: bare parsers, one module each, found by being here.

Each has ``parse(job)``, which reads and types every column of the file, and gives the rows and the sum of prices in
cents.
"""

from __future__ import annotations

from pkgutil import iter_modules


def names() -> list[str]:
    """Every parser's name."""
    return sorted(module.name for module in iter_modules(__path__))


def module(name: str) -> str:
    """The module of a parser."""
    return f"{__name__}.{name}"
