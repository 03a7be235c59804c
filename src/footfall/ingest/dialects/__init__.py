"""What other tools' clients send, as rows of the event: a module for each tool, pure functions all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class RefusedError(ValueError):
    """An event that cannot be taken; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a payload came: what the request itself proves, and how far what the payload tells is believed.

    ``received_at`` is in microseconds, None for a file. ``ip`` and ``user_agent`` are the request's, None where a
    shop's server speaks for its visitors. ``believes``: an address or agent that an event tells is taken for true.
    """

    digits: int = 2
    received_at: int | None = None
    ip: str | None = None
    user_agent: str | None = None
    believes: bool = True

    def address(self, told: object) -> str | None:
        """The visitor's address: as told, where that is believed, or else the request's."""
        return told if told and self.believes and isinstance(told, str) else self.ip

    def agent(self, told: object) -> str | None:
        """The visitor's user agent: as told, where that is believed, or else the request's."""
        return told if told and self.believes and isinstance(told, str) else self.user_agent


@dataclass(frozen=True, slots=True)
class Translated:
    """Rows, and the events that could not be taken with their reasons."""

    rows: list[Any] = field(default_factory=list)
    refused: list[tuple[str, Any]] = field(default_factory=list)


MISUNDERSTOOD = "a fault of Footfall's: this shape is not understood"
"""The reason for an event on which a dialect stumbles, so that none is lost and no other suffers."""

Meaning = Callable[[Any, Arrival], list[Any]]
"""One event of a payload as rows (``ingest.rows.Row``), several where an order holds several products; or it raises
RefusedError."""


def translate(events: Iterable[Any], meaning: Meaning, arrival: Arrival) -> Translated:
    """Every event as rows; one that is bad leaves the others as they are."""
    done = Translated()
    for event in events:
        try:
            done.rows.extend(meaning(event, arrival))
        except RefusedError as error:
            done.refused.append((str(error), event))
        except Exception as error:
            done.refused.append((f"{MISUNDERSTOOD} ({type(error).__name__})", event))
    return done
