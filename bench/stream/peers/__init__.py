"""The engines compared, one module each, found by being here.

A peer has ``TITLE``, ``DISTRIBUTION`` (what must be installed) and ``watch(job)``, which reads the stream and writes
its rows with :func:`bench.stream.work.save`. It may have ``VERSION``, if not its distribution's; ``PREPARE``, a module
whose ``prepare(job)`` makes its input (not timed); ``collect(job)``, which brings what it wrote into that form (not
timed); ``MOST``, the events it is given at most. Its docstring states how it was written.
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
