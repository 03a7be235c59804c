"""The rules: one threat, one SQL file of watches; what SQL cannot say stands in a Python file beside it."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from footfall.incident import Severity
from footfall.rules.header import Lines, Part, milliseconds, parts, percent, whole, words, yes
from footfall.rules.model import SUBJECTS, Confirm, Feed, Header, Rule, RuleError, Watch

__all__ = ["Feed", "Header", "Rule", "RuleError", "Watch", "feed", "feeds", "load", "rules"]

PACKAGE = Path(__file__).parent
_HEADER = (
    *("id", "version", "title", "severity", "confidence", "class", "threat", "why"),
    *("false positives", "response", "quiet"),
)
_NEEDED = ("watch", "subject", "key", "window", "hop")
_OPTIONAL = ("early", "severity", "confidence", "alert", "gate", "confirm", "baseline", "note")
_FEED = ("id", "version", "title", "why", "window", "hop")


@cache
def rules(folder: Path | None = None) -> dict[str, Rule]:
    """Every rule of a folder by id, in order of their names; the package's own where no folder is named.

    Raises:
        RuleError: a file that cannot be used.
    """
    folder = folder or PACKAGE
    found = [load(path) for path in sorted(folder.glob("*.sql")) if path.stem not in FEEDS]
    if folder == PACKAGE:
        found += [spoken(PACKAGE / f"{name}.py") for name in SPOKEN]
    return {rule.id: rule for rule in sorted(found, key=lambda rule: rule.id)}


FEEDS = ("members", "traffic")
"""Files of the package that feed baselines and accuse nobody."""

SPOKEN = ("surge",)
"""Rules of the package that are Python alone: they read a feed and have no watch."""


@cache
def feeds() -> dict[str, Feed]:
    """The package's feeds by id."""
    return {name: feed(PACKAGE / f"{name}.sql") for name in FEEDS}


def load(path: Path) -> Rule:
    """Reads a rule.

    Raises:
        RuleError: the first mistake in the file.
    """
    head, statements = _parts(path)
    _expect(head, _HEADER, ())
    header = _header(head, path.stem)
    watches = tuple(_watch(header, statement) for statement in statements)
    _distinct(watches)
    return Rule(header, watches)


def spoken(path: Path) -> Rule:
    """Reads the header of a rule that is Python alone: the same lines, as comments of Python.

    Raises:
        RuleError: the first mistake in the header.
    """

    def refuse(line: int, reason: str) -> RuleError:
        return RuleError(path, line, reason)

    head = [f"--{line[1:]}" for line in path.read_text("utf-8").splitlines() if line.startswith("#")]
    lines, _ = parts("\n".join([*head, "SELECT"]), refuse)
    _expect(lines, _HEADER, ())
    return Rule(_header(lines, path.stem), ())


def feed(path: Path) -> Feed:
    """Reads a feed.

    Raises:
        RuleError: the first mistake in the file.
    """
    head, statements = _parts(path)
    _expect(head, _FEED, ())
    if len(statements) != 1 or len(statements[0].lines):
        raise RuleError(path, 1, "a feed is one header and one SELECT")
    size, hop = head.take("window", milliseconds), head.take("hop", milliseconds)
    if size != hop:
        raise head.error("hop", "a feed's windows follow each other: window and hop must be the same")
    only = statements[0]
    name, version = _own_name(head, path.stem), head.take("version", whole)
    return Feed(name, version, head["title"], head["why"], size, only.text, path, only.line)


def _parts(path: Path) -> tuple[Lines, list[Part]]:
    def refuse(line: int, reason: str) -> RuleError:
        return RuleError(path, line, reason)

    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(path, 1, f"the file cannot be read as UTF-8 text: {error}") from error
    return parts(text, refuse)


def _expect(lines: Lines, needed: tuple[str, ...], optional: tuple[str, ...]) -> None:
    for name in lines:
        if name not in (*needed, *optional):
            raise lines.error(name, f"'{name}:' is not known here; known are {', '.join(needed + optional)}")
    for name in needed:
        if not lines.get(name):
            raise lines.error("", f"the line '-- {name}: ...' is missing or empty")


def _own_name(lines: Lines, name: str) -> str:
    if lines["id"] != name:
        raise lines.error("id", f"the id must be the file's name, {name}")
    return name


def _header(lines: Lines, name: str) -> Header:
    if lines["class"] not in ("SIVT", "GIVT"):
        raise lines.error("class", "class must be SIVT or GIVT")
    return Header(
        id=_own_name(lines, name),
        version=lines.take("version", whole),
        title=lines["title"],
        severity=lines.take("severity", Severity),
        confidence=lines.take("confidence", percent),
        klass=lines["class"],
        threat=lines["threat"],
        why=lines["why"],
        false_positives=lines["false positives"],
        response=lines["response"],
        quiet=lines.take("quiet", milliseconds),
    )


def _watch(header: Header, part: Part) -> Watch:
    lines = part.lines
    _expect(lines, _NEEDED, _OPTIONAL)
    if lines["subject"] not in SUBJECTS:
        raise lines.error("subject", f"the subject must be one of {', '.join(SUBJECTS)}")
    size, hop = lines.take("window", milliseconds), lines.take("hop", milliseconds)
    if size % hop:
        raise lines.error("hop", "the window must be a whole number of hops")
    return Watch(
        header,
        name=lines["watch"],
        subject=lines["subject"],
        key=words(lines["key"]),
        size=size,
        hop=hop,
        text=part.text,
        severity=lines.take("severity", Severity) if "severity" in lines else header.severity,
        confidence=lines.take("confidence", percent) if "confidence" in lines else header.confidence,
        early=lines.take("early", yes, False),
        alert=lines.take("alert", yes, True),
        gate=lines.get("gate", ""),
        confirm=_confirm(lines) if "confirm" in lines else None,
        baseline=lines.take("baseline", yes, False),
        note=lines.get("note", ""),
        file=lines.refuse(1, "").file,
        line=part.line,
    )


def _distinct(watches: tuple[Watch, ...]) -> None:
    names: set[str] = set()
    for watch in watches:
        if watch.name in names:
            raise RuleError(watch.file, watch.line, f"two watches are named {watch.name}")
        names.add(watch.name)


def _confirm(lines: Lines) -> Confirm:
    name, path = lines["confirm"], lines.refuse(1, "").file.with_suffix(".py")
    if not path.is_file():
        raise lines.error("confirm", f"there is no {path.name} beside the rule")
    found = getattr(_module(path), name, None)
    if not callable(found):
        raise lines.error("confirm", f"{path.name} has no function {name}")
    confirm: Confirm = found
    return confirm


@cache
def _module(path: Path) -> Any:
    if path.parent == PACKAGE:
        return importlib.import_module(f"footfall.rules.{path.stem}")
    spec = importlib.util.spec_from_file_location(f"footfall_rule_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise RuleError(path, 1, "the file cannot be read as Python")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise RuleError(path, 1, f"the file cannot be run: {error}") from error
    return module
