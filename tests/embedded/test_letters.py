"""Dead letters read again: what passes now is stored once, the rest stays, whatever was in them and whatever fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.embedded import letters, run
from footfall.embedded.arrived import arrived
from footfall.ports import Counts, FootfallError
from tests.conftest import NEW_HOME, Home, Row, event, jsonl, temporary_home

TRACK = {
    "type": "track",
    "event": "Product Viewed",
    "anonymousId": "a1",
    "messageId": "m1",
    "timestamp": "2026-03-01T10:00:00Z",
    "properties": {"product_id": "p1", "price": 9.5},
}
HEADER = "event_time,event_type,product_id,price,user_id,user_session\n"


def segment(*messages: str) -> bytes:
    """Lines of Segment's events."""
    return "".join(json.dumps(TRACK | {"messageId": message}) + "\n" for message in messages).encode()


def replay(home: Home, form: str | None = None) -> Counts:
    """Reads the letters again; the law of imports holds, and the journal tells of it."""
    counts = run.replay(home.lake, form)
    assert counts.rows == counts.stored + counts.duplicates + counts.dead
    if counts.rows:
        assert arrived(home.lake.layout)[0].counts == counts
    return counts


def told(home: Home) -> list[tuple[str, int, str]]:
    """Each letter: its file, where it stood, the row."""
    return sorted((row["source"], row["line"], row["row"]) for row in home.letters())


def test_rows_read_in_the_wrong_format_are_stored_once_the_right_one_is_named(new_home: NEW_HOME) -> None:
    home, right = new_home(), new_home()
    assert home.take(segment("m1", "m2"), "jsonl").dead == 2
    assert replay(home) == Counts(rows=2, dead=2)
    assert replay(home, "segment") == Counts(rows=2, stored=2)
    right.take(segment("m1", "m2"))
    assert home.manifest() == right.manifest()
    assert home.letters() == []
    assert replay(home) == Counts()


def test_a_csv_row_is_read_under_the_header_of_its_file(home: Home) -> None:
    rows = "2026-03-01 10:00:00 UTC,view,p1,1.00,u1,s1\n2026-03-01 10:00:00 UTC,viewed,p1,1.00,u1,s1\n"
    assert home.take((HEADER + rows).encode()).dead == 1
    assert home.letters()[0]["header"] == HEADER.strip()
    before = told(home)
    assert replay(home) == Counts(rows=1, dead=1)
    assert told(home) == before
    letter = home.letters()[0]
    mended = letter | {"row": letter["row"].replace("viewed", "view").replace("u1", "u2")}
    file = next((home.path / "dead_letters").glob("*"))
    file.write_text(json.dumps(mended) + "\n")
    assert replay(home) == Counts(rows=1, stored=1)
    assert {row["user_id"] for row in home.rows()} == {"u1", "u2"}


def test_what_lost_something_on_its_way_stays(home: Home) -> None:
    broken = jsonl([event("2026-03-01", product_id="caf")]).replace(b'"caf"', b'"caf\xe9"')
    assert home.take(broken + b"x" * (1 << 20) + b"\n").dead == 2
    assert replay(home, "jsonl") == Counts(rows=2, dead=2)
    assert len(home.letters()) == 2


def test_letters_of_before_they_named_their_format_are_known_by_their_rows(home: Home) -> None:
    good = jsonl([event("2026-03-01", user_id="u9")]).decode().strip()
    folder = home.path / "dead_letters"
    folder.mkdir(parents=True)
    old = [{"source": "old.jsonl", "line": 3, "reason": "of its time", "row": good}]
    old += [{"source": "old.csv", "line": 9, "reason": "of its time", "row": "a,b"}]
    (folder / "old.jsonl").write_text("".join(json.dumps(one) + "\n" for one in old))
    assert replay(home) == Counts(rows=2, stored=1, dead=1)
    assert told(home) == [("old.csv", 9, "a,b")]


@pytest.mark.parametrize("step", ["_replace", "_draft"])
def test_a_run_that_is_cut_short_loses_nothing_and_the_next_doubles_nothing(
    home: Home, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.take(segment("m1", "m2", "m3") + b'{"type": "track"}\n', "jsonl")
    monkeypatch.setattr(letters, step, lambda *_: pytest.fail("cut short"))
    with pytest.raises(pytest.fail.Exception):
        run.replay(home.lake, "segment")
    monkeypatch.undo()
    assert len(home.letters()) == 4
    counts = replay(home, "segment")
    assert counts.stored + counts.duplicates == 3
    assert len(home.rows()) == 3
    assert [row["row"] for row in home.letters()] == ['{"type": "track"}']


def test_a_format_that_nobody_knows_is_refused(home: Home) -> None:
    with pytest.raises(FootfallError, match="no format 'nix'"):
        run.replay(home.lake, "nix")


def rows() -> st.SearchStrategy[bytes]:
    """Lines of which some are events, some of another's, some nothing at all."""
    texts = st.text(max_size=12)
    own = st.fixed_dictionaries(
        {
            "event_time": st.sampled_from(["2026-03-01T10:00:00Z", "never"]),
            "event_type": st.sampled_from(["view", "x"]),
        },
        optional={"product_id": texts, "user_id": texts, "price": st.integers(-5, 500) | texts},
    )
    other = st.builds(lambda name: TRACK | {"messageId": name}, texts)
    line = st.one_of(own, other).map(lambda one: json.dumps(one).encode()) | st.binary(max_size=20).map(
        lambda junk: junk.replace(b"\n", b"")
    )
    return st.lists(line, min_size=1, max_size=12).map(lambda lines: b"\n".join(lines) + b"\n")


@given(rows())
def test_read_again_as_before_nothing_changes_and_read_rightly_it_is_as_if_it_had_been(content: bytes) -> None:
    with temporary_home() as home, temporary_home() as right:
        if not _taken(home, content, "jsonl"):
            return
        lake, dead = home.manifest(), told(home)
        counts = replay(home)
        assert (home.manifest(), told(home)) == (lake, dead)
        assert counts.dead == len(dead)
        replay(home, "segment")
        _taken(right, content, "jsonl")
        _taken(right, content, "segment")
        assert _same(home.rows()) == _same(right.rows())
        both = {row["row"] for row in right.letters() if row["format"] == "segment"}
        stayed = {row for _, _, row in told(home)}
        assert stayed <= {row for _, _, row in dead}
        assert {row for row in stayed if "\ufffd" not in row} <= both


def _taken(home: Home, content: bytes, form: str) -> bool:
    try:
        home.take(content, form)
    except FootfallError:
        return False
    return True


def _same(found: list[Row]) -> list[Any]:
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in found)


def test_the_dashboards_process_does_the_same(home: Home, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    home.take(jsonl([event("2026-03-01")]) + b"nothing\n", name="events.jsonl")
    letters.main(Path(home.path))
    assert json.loads(capfdbinary.readouterr().out) == {"rows": 1, "stored": 0, "duplicates": 0, "dead": 1}
