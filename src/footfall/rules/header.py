"""A rule file taken apart: ``-- key: value`` lines, then statements, each under lines of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Value = TypeVar("Value")
Refuse = Callable[[int, str], Any]

_LINE = re.compile(r"^--\s?([a-z][a-z ]*?):\s*(.*)$")
_SPAN = re.compile(r"^(\d+) (second|minute|hour)s?$")
_UNIT = {"second": 1_000, "minute": 60_000, "hour": 3_600_000}
_PIECE = re.compile(r"'(?:[^']|'')*'|--[^\n]*|;|[^';-]+|.", re.DOTALL)


class Lines(dict[str, str]):
    """The ``-- key: value`` lines of a header; ``at`` knows where each stands.

    Args:
        first: the line on which the header begins.
        refuse: makes the error that names the file.
    """

    def __init__(self, first: int, refuse: Refuse) -> None:
        super().__init__()
        self.at = {"": first}
        self.refuse = refuse

    def error(self, name: str, reason: str) -> Any:
        """The error to raise for the line of a key."""
        return self.refuse(self.at.get(name, self.at[""]), reason)

    def take(self, name: str, read: Callable[[str], Value], default: Value | None = None) -> Value:
        """A value as ``read`` understands it; ``default`` where the line is absent."""
        if name not in self and default is not None:
            return default
        try:
            return read(self[name])
        except ValueError as error:
            raise self.error(name, f"{name}: {error}") from error


@dataclass(frozen=True, slots=True)
class Part:
    """A statement: the lines above it, its text, the line on which the text begins."""

    lines: Lines
    text: str
    line: int


def parts(text: str, refuse: Refuse) -> tuple[Lines, list[Part]]:
    """The file's header and its statements.

    Args:
        text: of the file.
        refuse: makes the error for a line and a reason.
    """
    statements = [_part(piece, first, refuse) for first, piece in _split(text) if _bare(piece)]
    if not statements:
        raise refuse(1, "there is no SELECT in the file")
    head, own = _apart(statements[0].lines)
    return head, [Part(own, statements[0].text, statements[0].line), *statements[1:]]


def _split(text: str) -> list[tuple[int, str]]:
    found, line, piece, first = [], 1, "", 1
    for token in _PIECE.findall(text):
        line += token.count("\n")
        if token == ";":
            found.append((first, piece))
            piece, first = "", line
        else:
            piece += token
    return [*found, (first, piece)]


def _bare(piece: str) -> str:
    return "".join(token for token in _PIECE.findall(piece) if not token.startswith("--")).strip()


def _part(piece: str, first: int, refuse: Refuse) -> Part:
    lines, key = Lines(first, refuse), ""
    rows = piece.split("\n")
    for place, row in enumerate(rows):
        if match := _LINE.match(row):
            key = match[1]
            if key in lines:
                raise refuse(first + place, f"'{key}:' stands twice")
            lines[key], lines.at[key] = match[2].strip(), first + place
        elif row.lstrip().startswith("--"):
            if key:
                lines[key] += " " + row.strip().removeprefix("--").strip()
        elif row.strip():
            return Part(lines, "\n".join(rows[place:]).rstrip(), first + place)
    raise refuse(first, "there is no SELECT under these lines")


def _apart(lines: Lines) -> tuple[Lines, Lines]:
    head, own = Lines(1, lines.refuse), Lines(lines.at.get("watch", 1), lines.refuse)
    part = head
    for name, value in lines.items():
        part = own if name == "watch" else part
        part[name], part.at[name] = value, lines.at[name]
    return head, own


def milliseconds(text: str) -> int:
    """A span of time: ``10 seconds``, ``1 minute``, ``2 hours``."""
    match = _SPAN.match(text)
    if not match or not int(match[1]):
        raise ValueError(f"{text!r} is no span such as '10 seconds', '5 minutes' or '1 hour'")
    return int(match[1]) * _UNIT[match[2]]


def whole(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{text!r} is no whole number from 1")
    return int(text)


def percent(text: str) -> int:
    """A whole number from 1 to 100."""
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise ValueError(f"{text!r} is no whole number from 1 to 100")
    return int(text)


def yes(text: str) -> bool:
    """``yes`` or ``no``."""
    if text not in ("yes", "no"):
        raise ValueError("write yes or no")
    return text == "yes"


def words(text: str) -> tuple[str, ...]:
    """A list separated by commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())
