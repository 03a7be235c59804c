"""Access logs in the combined format, with and without a session before the agent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import strategies as st

from tests.ingest.writers import TOO_LONG, line_variants

_PARTS = {
    "ip": st.sampled_from(["192.0.2.1", "2001:db8::1"]),
    "user": st.sampled_from(["- -", "- alice", "-"]),
    "time": st.sampled_from(
        ["[22/Jan/2019:03:56:14 +0330]", "[22/Jan/2019:00:10:00 +0000]", "[21/Jan/2019:23:59:59 +0000]"]
    ),
    "request": st.sampled_from(
        ['"GET /a?b=c HTTP/1.1"', '"GET /x.css HTTP/1.1"', '"POST / HTTP/2.0"', '"-"', r'"GET /\"q\" H"']
    ),
    "status": st.sampled_from(["200 30577", "404 -"]),
    "referrer": st.sampled_from(['"-"', '"https://example.org/"']),
    "session": st.sampled_from(["", "s1", "-"]),
    "agent": st.sampled_from(['"Mozilla/5.0 (X11)"', '"-"', '"ünï" "and more" 0.1']),
}


def _line(parts: dict[str, str]) -> bytes:
    return " ".join(parts[name] for name in _PARTS if parts[name]).encode()


def _spoilt(name: str, *values: str) -> st.SearchStrategy[bytes]:
    return st.fixed_dictionaries(_PARTS | {name: st.sampled_from(values)}).map(_line)


GOOD = st.fixed_dictionaries(_PARTS).map(_line)
BAD = st.one_of(
    _spoilt("status", "20 5", "abc 1"),
    _spoilt("agent", '"never closed', '"a\0b"'),
    _spoilt("time", "[22/Foo/2019:03:56:14 +0330]", "[99/Jan/2019:03:56:14 +0000]"),
    st.fixed_dictionaries(_PARTS | {"agent": TOO_LONG.map(lambda text: f'"{text}"')}).map(_line),
    st.sampled_from([b"not a log line", b"   ", b"\xff\xfe"]),
)


def like(line: bytes) -> bytes:
    """What remains of a line when everything is taken away that says nothing of the request."""
    return re.sub(rb"^(\S+)( \S+){1,2} \[", rb"\1 [", line).replace(b' - "', b' "')


def _plain(rows: Sequence[bytes]) -> bytes:
    return b"\n".join([*rows, b""])


VARIANTS = line_variants(_plain)
