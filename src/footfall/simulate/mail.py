"""Messages between processes: pickles, with large arrays sent as they stand in memory."""

from __future__ import annotations

import pickle
from io import BufferedIOBase
from struct import calcsize, pack, unpack
from typing import Any


def send(pipe: BufferedIOBase, message: object) -> None:
    """Writes one message: how many parts and their sizes, then the parts, the pickle first."""
    arrays: list[pickle.PickleBuffer] = []
    pickled = memoryview(pickle.dumps(message, protocol=5, buffer_callback=arrays.append))
    parts = [pickled, *(array.raw() for array in arrays)]
    pipe.write(pack(f"={1 + len(parts)}q", len(parts), *(part.nbytes for part in parts)))
    for part in parts:
        pipe.write(part)
    pipe.flush()


def receive(pipe: BufferedIOBase) -> Any:
    """Reads one message.

    Raises:
        EOFError: the other side has gone.
    """
    (count,) = unpack("=q", _read(pipe, calcsize("=q")))
    sizes = unpack(f"={count}q", _read(pipe, calcsize(f"={count}q")))
    pickled, *arrays = [_read(pipe, size) for size in sizes]
    return pickle.loads(pickled, buffers=arrays)


def _read(pipe: BufferedIOBase, size: int) -> bytearray:
    part = bytearray(size)
    left = memoryview(part)
    while left:
        got = pipe.readinto(left)
        if not got:
            raise EOFError
        left = left[got:]
    return part
