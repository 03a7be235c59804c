"""Bare parses of the stream, one module each: what no engine can be faster than.

A limit has ``TITLE``, ``DISTRIBUTION`` and ``parse(job)``, which reads the columns that rules need and gives a count.
"""

from __future__ import annotations

from pkgutil import iter_modules


def names() -> list[str]:
    """Every limit's name."""
    return sorted(module.name for module in iter_modules(__path__))


def module(name: str) -> str:
    """The module of a limit."""
    return f"{__name__}.{name}"
