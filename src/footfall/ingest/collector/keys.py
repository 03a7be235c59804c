"""Write keys: who sends, what is believed of them, and how much they may send."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from footfall.config import Collector

BURST = 2
"""Seconds of a key's rate that may come at once."""


@dataclass(slots=True)
class Bucket:
    """Events that a key may still send; a batch larger than what is left is let in and owed."""

    rate: int
    left: float = 0.0
    filled_at: float | None = None

    def wait(self, now: float) -> float:
        """Seconds until the next batch is let in: 0 for now."""
        if not self.rate:
            return 0.0
        since = self.rate * BURST if self.filled_at is None else max(0.0, now - self.filled_at) * self.rate
        self.left, self.filled_at = min(self.left + since, self.rate * BURST), now
        return 0.0 if self.left > 0 else (1 - self.left) / self.rate

    def take(self, events: int) -> None:
        """Counts events that were let in."""
        self.left -= events


@dataclass(frozen=True, slots=True)
class Sender:
    """The bearer of a key, or anybody on this machine where there are no keys."""

    bucket: Bucket
    believed: bool
    serves: bool = False
    """Whether it is a server that speaks for visitors, so that its own address says nothing of them."""


class Keys:
    """The senders known by their keys."""

    def __init__(self, settings: Collector) -> None:
        self._senders = [(key.encode(), Sender(Bucket(settings.rate), True, True)) for key in settings.server_keys]
        self._senders += [(key.encode(), Sender(Bucket(settings.rate), False)) for key in settings.write_keys]
        self._anybody = Sender(Bucket(settings.rate), True)

    def sender(self, key: str | None, local: bool) -> Sender | None:
        """Who sends with a key; every key is compared, so that the time taken tells nothing of them.

        Args:
            key: what the request bears.
            local: whether it comes from this machine: without keys nobody else may send.
        """
        if not self._senders:
            return self._anybody if local else None
        found: Sender | None = None
        for known, sender in self._senders:
            if compare_digest(known, (key or "").encode("utf-8", "replace")):
                found = sender
        return found


def borne(authorization: bytes) -> str | None:
    """The key in an Authorization header: the user of Basic, the token of Bearer."""
    scheme, _, rest = authorization.partition(b" ")
    try:
        if scheme.lower() == b"basic":
            return b64decode(rest.strip(), validate=True).decode().partition(":")[0]
        return rest.strip().decode() if scheme.lower() == b"bearer" else None
    except (Base64Error, ValueError):
        return None


def written(payload: Any) -> str | None:
    """The key in a body, where a browser can set no header: Segment's ``writeKey``, Snowplow's app id."""
    if not isinstance(payload, dict):
        return None
    data = payload.get("data")
    told = payload.get("writeKey") or payload.get("aid")
    if told is None and isinstance(data, list) and data and isinstance(data[0], dict):
        told = data[0].get("aid")
    return told if isinstance(told, str) else None
