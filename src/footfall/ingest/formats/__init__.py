"""The formats Footfall reads, one module each; found by being here."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from footfall.ingest.adapter import Adapter
from footfall.ingest.source import Source
from footfall.ports import FootfallError


@cache
def adapters() -> dict[str, Adapter]:
    """Every adapter by the name of its format."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: cast(Adapter, import_module(f"{__name__}.{name}")) for name in names}


def choose(source: Source, forced: str | None) -> Adapter:
    """The adapter of a source: the one asked for, or the one that knows the file's first bytes.

    Raises:
        FootfallError: an unknown name, an empty file, or bytes that no format knows.
    """
    if forced:
        if forced not in adapters():
            raise FootfallError(f"There is no format {forced!r}; the formats are {', '.join(adapters())}.")
        return adapters()[forced]
    head = source.head()
    if not head:
        raise FootfallError(f"{source.name} is empty." if source.size == 0 else _unnamed(source))
    known = [adapter for adapter in adapters().values() if adapter.sniff(head)]
    if not known:
        raise FootfallError(
            f"{source.name} is in no format Footfall knows ({', '.join(adapters())}); name one with --format if it is."
        )
    return known[0]


def name_of(adapter: Adapter) -> str:
    """The name of an adapter's format."""
    return next(name for name, known in adapters().items() if known is adapter)


def _unnamed(source: Source) -> str:
    return f"Name the format of {source.name} with --format ({', '.join(adapters())})."
