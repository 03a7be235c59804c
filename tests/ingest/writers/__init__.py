"""Writers of files, one for each format, named as its adapter: rows good and bad, and every variant of a file."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from hypothesis import strategies as st

Piece = Any
"""A row as a format has it: a line without its end, or a dictionary."""
Encode = Callable[[Sequence[Piece]], bytes]


TOO_LONG = st.just(65_537).map(lambda size: "x" * size)
"""A text that no field takes."""


def like(piece: Piece) -> object:
    """Only the same row is the same event."""
    return repr(piece)


class Writer(Protocol):
    """A module of this folder."""

    GOOD: st.SearchStrategy[Piece]
    BAD: st.SearchStrategy[Piece]
    VARIANTS: dict[str, Encode]

    def like(self, piece: Piece) -> object:
        """What two rows of different files have in common if they may be taken for one event."""


@cache
def writers() -> dict[str, Writer]:
    """Every writer by the name of its format."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: cast(Writer, import_module(f"{__name__}.{name}")) for name in names}


def variants() -> list[tuple[str, str]]:
    """Every format with every variant of it."""
    return [(name, variant) for name, writer in writers().items() for variant in writer.VARIANTS]


def line_variants(plain: Encode) -> dict[str, Encode]:
    """The ways in which any file of lines can come."""
    return {
        "plain": plain,
        "gzip": lambda rows: gzip.compress(plain(rows), 1),
        "gzip in two members": lambda rows: gzip.compress(plain(rows)[:50], 1) + gzip.compress(plain(rows)[50:], 1),
        "zip": lambda rows: zipped(plain(rows)),
        "CRLF": lambda rows: plain(rows).replace(b"\n", b"\r\n"),
        "last line without end": lambda rows: plain(rows).removesuffix(b"\n"),
        "blank lines": lambda rows: plain(rows) + b"\n\r\n\n",
    }


def marked(plain: Encode) -> dict[str, Encode]:
    """The variant with a byte order mark."""
    return {"BOM": lambda rows: b"\xef\xbb\xbf" + plain(rows)}


def zipped(*contents: bytes) -> bytes:
    """A zip file of some members, and an empty folder."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("folder")
        for number, content in enumerate(contents):
            archive.writestr(f"folder/{number}.csv", content)
    return packed.getvalue()
