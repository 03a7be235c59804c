"""The engines compared, one module each, found by being here.

A peer has ``TITLE``, ``DISTRIBUTION`` (what must be installed), ``load(job)`` (the file into a lake under ``job.lake``)
and ``answer(job)`` (the four questions from that lake). Its docstring states how it was written.
"""

from __future__ import annotations

from pkgutil import iter_modules

OWN = "footfall"


def names() -> list[str]:
    """Every engine's name, Footfall first."""
    found = sorted(module.name for module in iter_modules(__path__))
    return [OWN, *(name for name in found if name != OWN)]


def module(name: str) -> str:
    """The module of an engine."""
    return f"{__name__}.{name}"
