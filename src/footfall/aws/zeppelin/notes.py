"""Notes in Zeppelin 0.10's JSON, one a rule and one a question, made from their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from footfall import insights, rules
from footfall.detect.arrivals import ALLOWED
from footfall.detect.flink import events, watch_statements
from footfall.insights import Query
from footfall.rules import Rule

Note = dict[str, Any]

STREAMED = "%flink.ssql"
APPENDED = "%flink.ssql(type=append)"
WORDS = "%md"


def kinesis(stream: str, region: str) -> dict[str, str]:
    """The connector's options in Studio: what comes from now on."""
    where = {"connector": "kinesis", "stream": stream, "aws.region": region}
    return {**where, "scan.stream.initpos": "LATEST", "format": "json"}


def notes(options: Mapping[str, str]) -> list[Note]:
    """Every note.

    Args:
        options: of the connector that the table of events is read with.
    """
    spoken = [_of_rule(rule, options) for rule in rules.rules().values() if rule.watches]
    return spoken + [_of_question(query) for query in insights.questions().values()]


def _of_rule(rule: Rule, options: Mapping[str, str]) -> Note:
    """The table, then each watch: its views and its query, which prints what it finds as windows close."""
    head = rule.header
    told = f"# {head.title}\n\n{head.why}\n\nMay be wrong: {head.false_positives}\n\nWhat to do: {head.response}"
    parts = [(WORDS, told), *((STREAMED, statement) for statement in events(options, ALLOWED))]
    for watch in rule.watches:
        *views, query = watch_statements(watch)
        parts.append((WORDS, f"## {watch.id}\n\n{watch.note or 'Windows in which it holds.'}"))
        parts += [(STREAMED, view) for view in views]
        parts.append((APPENDED, query))
    return _note(f"/footfall/rules/{rule.id}", parts)


def _of_question(query: Query) -> Note:
    """A question is asked in Athena, where the marts are: the note says what it means, and its SQL."""
    words = f"# {query.header['title']}\n\n{query.header['definition']}\n\n```sql\n{query.text.strip()}\n```"
    return _note(f"/footfall/questions/{query.name}", [(WORDS, words)])


def _note(path: str, parts: Iterable[tuple[str, str]]) -> Note:
    paragraphs = [_paragraph(f"{path}/{place}", kind, text) for place, (kind, text) in enumerate(parts)]
    empty: dict[str, Any] = {"noteParams": {}, "noteForms": {}, "angularObjects": {}, "config": {}, "info": {}}
    return {"id": _id(path), "name": path, "paragraphs": paragraphs, **empty}


def _paragraph(place: str, kind: str, text: str) -> dict[str, Any]:
    ended = text if kind == WORDS else f"{text.rstrip().removesuffix(';')};"
    return {
        "id": f"paragraph_{_id(place)}",
        "text": f"{kind}\n\n{ended}",
        "user": "anonymous",
        "config": {"editorHide": kind == WORDS},
        "settings": {"params": {}, "forms": {}},
        "apps": [],
        "status": "READY",
    }


def _id(place: str) -> str:
    """The same for the same place, so that a note made again replaces itself."""
    return blake2b(place.encode(), digest_size=5).hexdigest().upper()
