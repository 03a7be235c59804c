"""Notes in Zeppelin 0.10's JSON: the stream of events, one a rule and one a question, made from their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from footfall import insights, rules
from footfall.aws.zeppelin import laws, stream
from footfall.detect.flink import watch_statements
from footfall.insights import Query
from footfall.rules import Rule

Note = dict[str, Any]

STREAM = "/footfall/events"
STREAMED = "%flink.ssql"
APPENDED = "%flink.ssql(type=append)"
PYTHON = "%flink.pyflink"
WORDS = "%md"
_FIRST = """# The stream of events

Run this note first, once in a session: rules read the view `events`, which is `clean` from now on, each event once,
those on time. A window closes when an event comes that was received 5 s after its end."""


def kinesis(name: str, region: str) -> dict[str, str]:
    """The connector's options in Studio: what comes from now on."""
    where = {"connector": "kinesis", "stream": name, "aws.region": region}
    return {**where, "scan.stream.initpos": "LATEST", "format": "json"}


def notes(options: Mapping[str, str]) -> list[Note]:
    """Every note.

    Args:
        options: of the connector that the stream of clean events is read with.
    """
    spoken = [_of_stream(options), *(_of_rule(rule) for rule in rules.rules().values() if rule.watches)]
    return spoken + [_of_question(query) for query in insights.questions().values()]


def _of_stream(options: Mapping[str, str]) -> Note:
    """What rules know of addresses and agents, the table, the views."""
    made = [(STREAMED, statement) for statement in stream.statements(options)]
    return _note(STREAM, [(WORDS, _FIRST), (PYTHON, laws.python()), *made])


def _of_rule(rule: Rule) -> Note:
    """Each watch: its views and its query, which prints what it finds as windows close."""
    head = rule.header
    told = f"# {head.title}\n\n{head.why}\n\nMay be wrong: {head.false_positives}\n\nWhat to do: {head.response}"
    parts = [(WORDS, told)]
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
    ended = text if kind in (WORDS, PYTHON) else f"{text.rstrip().removesuffix(';')};"
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
