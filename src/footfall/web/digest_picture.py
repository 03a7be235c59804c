"""Bars as a PNG image, for mails: their programs show no SVG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT, FLOOR = 1_120, 300, 3
"""Pixels, twice what a mail shows; the line that bars stand on."""
PAPER, NOW, BEFORE, LINE = (255, 255, 255), (67, 56, 202), (205, 203, 224), (228, 225, 217)
"""Colours: of the paper, these days, the days before, the floor."""

Pixels = npt.NDArray[np.uint8]


def bars(now: Sequence[float], before: Sequence[float]) -> bytes:
    """Pairs of bars from left to right: each day beside the one it is compared with.

    Args:
        now: a value for each day, none negative.
        before: as many, or none.
    """
    pixels: Pixels = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    top = max([*now, *before, 1.0])
    wide = WIDTH / max(1, len(now))
    for place, value in enumerate(now):
        _bar(pixels, (place + 0.44) * wide, wide * 0.34, value / top, NOW)
    for place, value in enumerate(before[: len(now)]):
        _bar(pixels, (place + 0.20) * wide, wide * 0.22, value / top, BEFORE)
    pixels[-FLOOR:] = LINE
    return png(pixels)


def _bar(pixels: Pixels, left: float, wide: float, share: float, colour: tuple[int, int, int]) -> None:
    high = round(min(1.0, max(0.0, share)) * (HEIGHT - 2 * FLOOR))
    pixels[HEIGHT - FLOOR - high : HEIGHT - FLOOR, round(left) : round(left + wide)] = colour


def png(pixels: Pixels) -> bytes:
    """An image of rows of red, green and blue as a PNG file."""
    high, wide, _ = pixels.shape
    rows = np.concatenate([np.zeros((high, 1), np.uint8), pixels.reshape(high, wide * 3)], axis=1)
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, data) for kind, data in parts)


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
