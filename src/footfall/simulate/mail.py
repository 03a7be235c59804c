"""Messages between processes: pickles, with large arrays sent as they stand in memory."""

from __future__ import annotations

import pickle
from typing import Any, BinaryIO

import numpy as np


def send(pipe: BinaryIO, message: object) -> None:
    """Writes one message: the sizes of its parts, then the parts, the pickle first."""
    arrays: list[pickle.PickleBuffer] = []
    parts = [pickle.dumps(message, protocol=5, buffer_callback=arrays.append), *(array.raw() for array in arrays)]
    sizes = np.array([len(parts), *(len(part) for part in parts)], dtype=np.int64)
    pipe.write(sizes.tobytes())
    for part in parts:
        pipe.write(part)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """Reads one message.

    Raises:
        EOFError: the other side has gone.
    """
    count = int(_read(pipe, 8).view(np.int64)[0])
    sizes = _read(pipe, 8 * count).view(np.int64)
    message, *arrays = [_read(pipe, int(size)) for size in sizes]
    return pickle.loads(message, buffers=arrays)


def _read(pipe: BinaryIO, size: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    part = np.empty(size, dtype=np.uint8)
    view = memoryview(part)
    while view:
        got = pipe.readinto(view)  # type: ignore[attr-defined]
        if not got:
            raise EOFError
        view = view[got:]
    return part
