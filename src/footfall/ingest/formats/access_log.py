"""Web server logs in the combined format, with or without a session field before the agent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b

import pyarrow as pa
import pyarrow.compute as pc

from footfall.config import Store
from footfall.event import EventType
from footfall.ingest.adapter import Checked, Parsed, Task, line_tasks
from footfall.ingest.source import Block, Source

TITLE = "web access log, combined format, with or without a session field"

FAR_APART = 1 << 18
"""Other requests between two like ones beyond which those may be taken for one; bounds memory."""

_QUOTED = r'"(?P<{}>(?:[^"\\]|\\.)*)"'
_PATTERN = (
    r"^(?P<ip>\S+)(?: \S+){1,2} \[(?P<day>\d\d)/(?P<month>[A-Z][a-z]{2})/(?P<year>\d{4}):(?P<clock>\d\d:\d\d:\d\d)"
    r" (?P<zone>[+-]\d\d)(?P<minutes>\d\d)\] "
    + _QUOTED.format("request")
    + r" (?P<status>\d{3}) (?:\d+|-) "
    + _QUOTED.format("referrer")
    + r'(?: (?P<user_session>[^" ]+))? '
    + _QUOTED.format("user_agent")
    + r".*$"
)
_MONTHS = dict(
    zip(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], range(1, 13), strict=True)
)
_ASSET = r"(?i)\.(?:css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|eot|mp4|webm|txt|xml|json)$"


def sniff(head: bytes) -> bool:
    """A first line in the format."""
    line = head.partition(b"\n")[0].rstrip(b"\r").decode("utf-8", "replace")
    return bool(pc.match_substring_regex(pa.scalar(line), _PATTERN).as_py())


def tasks(source: Source, _store: Store) -> Iterator[Task]:
    """Every line."""
    repeats = _Repeats()
    for task in line_tasks(source, parse):
        yield replace(task, finish=repeats.number)


def parse(block: Block) -> Parsed:
    """Cuts lines into the evidence of a request; a line without a session is one of its address and agent."""
    texts = [line.rstrip(b"\r").decode("utf-8", "replace") for line in block.data.rstrip(b"\n").split(b"\n")]
    numbers = [number for number, text in enumerate(texts, block.first_line) if text]
    texts = [text for text in texts if text]
    found = pc.extract_regex(pa.array(texts, pa.string()), _PATTERN)
    good = [index for index, hit in enumerate(found.is_valid().to_pylist()) if hit]
    bad = [index for index, hit in enumerate(found.is_valid().to_pylist()) if not hit]
    refused = [(numbers[index], "not a line of the combined log format", texts[index]) for index in bad]
    kept = [texts[index] for index in good]
    return Parsed(_table(found.take(pa.array(good, pa.int64()))), [numbers[i] for i in good], kept.__getitem__, refused)


def _table(found: pa.StructArray) -> pa.Table:
    request = pc.split_pattern(found.field("request"), " ", max_splits=2)
    method, path = pc.list_element(_padded(request), 0), pc.list_element(_padded(request), 1)
    ip, agent = _known(found.field("ip")), _known(found.field("user_agent"))
    columns = {
        "event_time": _times(found),
        "event_type": _types(method, path),
        "user_session": _known(found.field("user_session")),
        "anon_id": pc.binary_join_element_wise(ip.fill_null("-"), agent.fill_null("-"), " "),
        "ip": ip,
        "user_agent": agent,
        "path": path,
        "referrer": _known(found.field("referrer")),
        "status": found.field("status"),
    }
    told = pc.binary_join_element_wise(*columns.values(), "\n", null_handling="replace")
    return pa.table(columns | {"event_id": _digests(told)})


def _padded(request: pa.ListArray) -> pa.ListArray:
    """Requests that are not three words still give a method and a path."""
    return pa.array([[*words, "", ""] for words in request.to_pylist()], pa.list_(pa.string()))


def _known(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.is_in(values, value_set=pa.array(["-", ""])), pa.scalar(None, pa.string()), values)


def _times(found: pa.StructArray) -> pa.Array:
    month = found.field("month").dictionary_encode()
    texts = [f"{_MONTHS.get(name, 0):02}" for name in month.dictionary.to_pylist()]
    numbers = pa.array(texts, pa.string()).take(month.indices)
    day = pc.binary_join_element_wise(found.field("year"), numbers, found.field("day"), "-")
    zone = pc.binary_join_element_wise(found.field("zone"), found.field("minutes"), ":")
    return pc.binary_join_element_wise(day, "T", found.field("clock"), zone, "")


def _types(method: pa.Array, path: pa.Array) -> pa.Array:
    """A document fetched is a page; an asset or a beacon is a request and counts in no insight."""
    bare = pc.replace_substring_regex(path, r"[?#].*$", "")
    document = pc.and_(pc.is_in(method, value_set=pa.array(["GET"])), pc.invert(pc.match_substring_regex(bare, _ASSET)))
    return pc.if_else(document, str(EventType.PAGE), str(EventType.REQUEST))


def _digests(told: pa.Array) -> pa.Array:
    return pa.array([blake2b(text.encode(), digest_size=8).hexdigest() for text in told.to_pylist()], pa.string())


@dataclass
class _Repeats:
    """Ids for the second, third… of like requests of a file: logs tell seconds only, and a flood repeats itself."""

    seen: dict[str, int] = field(default_factory=dict)
    older: dict[str, int] = field(default_factory=dict)

    def number(self, checked: Checked) -> Checked:
        """Takes blocks in the file's order: like requests get an id each, the first of them none."""
        events = checked.events
        if not events.num_rows:
            return checked
        place = events.column_names.index("event_id")
        ids = pa.array([self._numbered(digest) for digest in events.column(place).to_pylist()], pa.string())
        return replace(checked, events=events.set_column(place, "event_id", ids))

    def _numbered(self, digest: str) -> str | None:
        count = self.seen.get(digest) or self.older.get(digest, 0)
        self.seen[digest] = count + 1
        if len(self.seen) > FAR_APART:
            self.seen, self.older = {}, self.seen
        return f"{digest}.{count + 1}" if count else None
