"""Snowplow's self-describing JSON: what an event is about, out of its text or its base64."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from functools import lru_cache
from typing import Any

import msgspec

from footfall.ingest.dialects import Json, RefusedError

_DECODE = msgspec.json.Decoder().decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError)


def described(plain: Any, encoded: Any, what: str) -> Any:
    """The ``data`` of a self-describing envelope given as text or as base64; None where there is neither.

    Raises:
        RefusedError: it cannot be read.
    """
    if not plain and not encoded:
        return None
    try:
        told = plain if plain else _decoded(encoded)
        return _DECODE(told)["data"] if isinstance(told, str | bytes) else told["data"]
    except (*_UNREADABLE, KeyError, TypeError):
        raise RefusedError(f"{what}: not self-describing JSON") from None


def _decoded(encoded: Any) -> bytes:
    text = str(encoded).rstrip("=").replace("+", "-").replace("/", "_")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def name_of(described_json: Any) -> tuple[str, Json]:
    """A self-describing JSON's vendor and name, ``vendor/name``, and its data.

    Raises:
        RefusedError: it is not one.
    """
    if isinstance(described_json, dict):
        schema, data = described_json.get("schema"), described_json.get("data")
        if isinstance(schema, str) and schema.startswith("iglu:") and isinstance(data, dict):
            return _named(schema), data
    raise RefusedError("not self-describing JSON")


@lru_cache(1 << 10)
def _named(schema: str) -> str:
    return "/".join(schema.removeprefix("iglu:").split("/")[:2])
