"""Answers at hand before anybody asks: after new figures, pages show those before until the new ones are worked out."""

from __future__ import annotations

from threading import Event

from footfall.config import Store
from footfall.ports import Extent, FootfallError
from footfall.web import page
from footfall.web.view import Shelf, View

LOOK = 1.0
"""Seconds between two looks at whether figures changed; a build that changes them from look to look is waited for."""


def keep_warm(shelf: Shelf, store: Store, ended: Event, look: float = LOOK) -> None:
    """Works out what every page shows at first, whenever figures changed, until it is told to end."""
    before = ""
    try:
        while not ended.is_set():
            try:
                extent = shelf.plane.extent()
                if shelf.settled is None or before == extent.mark != shelf.settled.mark:
                    warm(shelf, store, extent)
                before = extent.mark
            except (FootfallError, RuntimeError):  # nothing to show; a reader that was killed
                shelf.settled = None
            ended.wait(look)
    finally:
        shelf.settled = None


def warm(shelf: Shelf, store: Store, extent: Extent) -> None:
    """Works out what every page shows at first of an extent, then lets pages show it."""
    for shown in page.found():
        if not shown.empty:
            shown.of(View(shelf, store, path=shown.path, span=shown.span, asked=extent))
    shelf.settled = extent
