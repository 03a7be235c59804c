"""The questions: one SQL file each, over marts that SQL files under ``daily`` count day by day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files

SETTLES = timedelta(days=8)
"""After this long no cart of a day can change its state."""

_PARAMETER = re.compile(r"\$[a-z_]+")
_NAME = re.compile(r"\b[a-z_]+\b")
_COMMENT = re.compile(r"--.*")
_HEADER = re.compile(r"^-- ([a-z_]+): (.*)$")


@dataclass(frozen=True, slots=True)
class Query:
    """A SQL file: its name, what its header says, its text."""

    name: str
    header: dict[str, str]
    text: str

    @property
    def day(self) -> str:
        """Of a daily file: the column of ``clean`` whose day a row counts under."""
        return self.header["day"]

    @property
    def reads(self) -> tuple[str, ...]:
        """The marts that the text names."""
        named = set(_NAME.findall(_COMMENT.sub("", self.text)))
        return tuple(name for name in (*daily(), *history(), *standing()) if name in named and name != self.name)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Of a question: the parameters its text names, without the dollar sign."""
        return tuple(sorted({name[1:] for name in _PARAMETER.findall(_COMMENT.sub("", self.text))}))

    @property
    def keys(self) -> tuple[str, ...]:
        """Of a daily file whose rows add up over sessions: the columns that tell them apart, all others being sums.

        Every row has a sum other than zero. None where rows do not add up.
        """
        return _words(self.header.get("adds", ""))

    @property
    def needs(self) -> tuple[str, ...]:
        """Fields of the event without any of which there is nothing to count; none when it always counts."""
        return _words(self.header.get("needs", ""))


@cache
def daily() -> dict[str, Query]:
    """What is counted from each day, by the name of its mart."""
    return _folder("daily")


@cache
def history() -> dict[str, Query]:
    """What is counted across days, by the name of its mart."""
    return _folder("history")


@cache
def standing() -> dict[str, Query]:
    """What is worked out from other marts whenever they change, as of the data's end, by the name of its mart."""
    return _folder("standing")


@cache
def marts() -> dict[str, Query]:
    """Every mart after those that it reads, by name."""
    last = sorted(standing().values(), key=lambda query: len(query.reads))
    return {query.name: query for query in (*daily().values(), *history().values(), *last)}


@cache
def questions() -> dict[str, Query]:
    """Every question over the marts, by name."""
    return _folder("")


def _folder(name: str) -> dict[str, Query]:
    found = sorted(files(__name__).joinpath(name).iterdir(), key=lambda entry: entry.name)
    texts = {
        entry.name.removesuffix(".sql"): entry.read_text("utf-8") for entry in found if entry.name.endswith(".sql")
    }
    return {key: Query(key, header(text), text) for key, text in texts.items()}


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def header(text: str) -> dict[str, str]:
    """The ``-- key: value`` lines a file begins with; a line without a key continues the one before."""
    values: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        if match := _HEADER.match(line):
            key = match[1]
            values[key] = match[2].strip()
        elif line.startswith("--") and key:
            values[key] += " " + line.removeprefix("--").strip()
        else:
            break
    return values
