"""What the fast engine remembers, as bytes: arrays as they lie in memory, text as Arrow."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from footfall.detect.windows.store import Array
from footfall.ports import FootfallError


class StateError(FootfallError):
    """A snapshot of an engine with other watches."""


class State(msgspec.Struct):
    """A snapshot.

    Attributes:
        watches: what the engine watched, as text.
        watermark: no event at or before it will follow.
        until: the events before it are closed; None where nothing is.
        base: the place of the first closed event in the stream.
        done: by tally: the end of the last window judged.
        limits: by column: at how many ids to compact.
        arrays: by name: its type, its bytes.
        texts: by column: its values as an Arrow stream.
    """

    watches: list[str]
    watermark: int
    until: int | None
    base: int
    done: list[int | None]
    limits: dict[str, int]
    arrays: dict[str, tuple[str, bytes]]
    texts: dict[str, bytes]


def packed(values: Array) -> tuple[str, bytes]:
    """An array of one dimension as its type and bytes."""
    return values.dtype.str, np.ascontiguousarray(values).tobytes()


def unpacked(part: tuple[str, bytes]) -> Array:
    """The array that ``packed`` packed; it may be written to."""
    return np.frombuffer(bytearray(part[1]), np.dtype(part[0]))


def written(values: Any) -> bytes:
    """An Arrow array as bytes."""
    sink = pa.BufferOutputStream()
    batch = pa.record_batch([values], ["values"])
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def read(data: bytes) -> Any:
    """The array that ``written`` wrote."""
    return pa.ipc.open_stream(data).read_all()["values"].combine_chunks()


def decoded(data: bytes, watches: list[str]) -> State:
    """A snapshot from its bytes.

    Raises:
        StateError: it is of other watches, or of another version of the program.
    """
    try:
        state = msgspec.msgpack.decode(data, type=State)
    except msgspec.DecodeError as error:
        raise StateError("the state of the guard cannot be read; start it anew") from error
    if state.watches != watches:
        raise StateError("the rules have changed since the state of the guard was kept; start it anew")
    return state
