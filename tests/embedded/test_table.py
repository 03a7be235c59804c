"""A table by days: commits that are whole, files named by their content, nothing left behind, one writer at a time."""

from __future__ import annotations

import os
import threading
import time
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.embedded.table import Table, exclusive, write
from footfall.ports import FootfallError
from tests.conftest import Home, event, jsonl, temporary_folder

FIRST = date(2019, 10, 1)


def rows(*values: str | None) -> pa.Table:
    """Some rows."""
    return pa.table({"product_id": pa.array(values, pa.string()), "nothing": pa.nulls(len(values), pa.int64())})


def put(table: Table, contents: dict[date, str | None]) -> None:
    """Commits a file of one row for each day; None drops the day."""
    changed = {
        day: None if text is None else table.place(write(rows(text), table.root.parent / f"{day}.draft"), day)
        for day, text in contents.items()
    }
    table.commit(changed)


def seen(table: Table) -> dict[date, str]:
    """What a reader sees."""
    return {
        day: pq.read_table(table.path(file), partitioning=None)["product_id"][0].as_py()
        for day, file in table.days().items()
    }


steps = st.lists(
    st.dictionaries(
        st.integers(0, 4).map(lambda days: FIRST + timedelta(days)), st.sampled_from(["a", "b", None]), min_size=1
    ),
    max_size=5,
)


@settings(max_examples=40)
@given(commits=steps)
def test_a_table_is_what_was_committed_last_and_nothing_else_lies_about(commits: list[dict[date, str | None]]) -> None:
    with temporary_folder() as folder:
        table, expected = Table(folder / "table", "day"), dict[date, str]()
        for contents in commits:
            put(table, contents)
            expected.update({day: text for day, text in contents.items() if text is not None})
            expected = {day: text for day, text in expected.items() if contents.get(day, "") is not None}
            assert seen(table) == expected
            assert list(table.days()) == sorted(expected)
            files = {path.relative_to(table.root).as_posix() for path in table.root.rglob("*") if path.is_file()}
            assert files == {"manifest.json", *(file.name for file in table.days().values())}
            assert all(table.is_whole(file) for file in table.days().values())


def test_a_file_is_named_by_its_content_and_says_what_it_holds(tmp_path: Path) -> None:
    table = Table(tmp_path / "table", "day")
    first = table.place(write(rows("a", None), tmp_path / "one"), FIRST, "source")
    again = table.place(write(rows("a", None), tmp_path / "two"), FIRST)
    other = table.place(write(rows("b", None), tmp_path / "three"), FIRST)
    assert first.name == again.name != other.name
    assert first.name.startswith("day=2019-10-01/")
    assert (first.rows, first.nulls, first.made_from) == (2, {"product_id": 1}, "source")
    assert first.bytes == table.path(first).stat().st_size
    assert table.days() == {}, "nothing is live before it is committed"


@pytest.mark.parametrize("damage", ["missing", "cut", "changed", "longer"])
def test_damage_to_a_live_file_is_seen(tmp_path: Path, damage: str) -> None:
    table = Table(tmp_path / "table", "day")
    put(table, {FIRST: "a"})
    (file,) = table.days().values()
    path, content = table.path(file), table.path(file).read_bytes()
    assert table.is_whole(file)
    spoilt = {"cut": content[:-1], "changed": content[:50] + b"?" + content[51:], "longer": content + b"?"}
    path.unlink() if damage == "missing" else path.write_bytes(spoilt[damage])
    assert not table.is_whole(file)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"2019-13-01": {}}', b'{"2019-10-01": {"rows": 1}}', b"\xff"])
def test_a_damaged_manifest_is_said_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    table = Table(tmp_path, "day")
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(FootfallError, match=r"manifest\.json is damaged .* `footfall doctor`"):
        table.days()


def test_files_of_a_commit_that_never_came_are_swept_by_the_next(tmp_path: Path) -> None:
    table = Table(tmp_path / "table", "day")
    put(table, {FIRST: "a"})
    table.place(write(rows("orphan"), tmp_path / "orphan"), FIRST)
    table.place(write(rows("orphan"), tmp_path / "orphan"), FIRST + timedelta(9))
    (table.root / "manifest.json.draft").write_text("half a mani")
    assert seen(table) == {FIRST: "a"}
    put(table, {FIRST + timedelta(1): "b"})
    assert {path.name for path in table.root.iterdir()} == {"manifest.json", "day=2019-10-01", "day=2019-10-02"}
    assert seen(table) == {FIRST: "a", FIRST + timedelta(1): "b"}


def test_what_becomes_live_is_on_the_disk_before_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file and folder is synced, in an order in which a power cut leaves the old state or the new."""
    synced: list[str] = []
    replaced = Path.replace
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(str(Path(f"/proc/self/fd/{number}").readlink())))

    def replace(source: Path, target: Path) -> Path:
        synced.append(f"{source} -> {target}")
        return replaced(source, target)

    monkeypatch.setattr(Path, "replace", replace)
    table = Table(tmp_path / "table", "day")
    put(table, {FIRST: "a"})
    (file,) = table.days().values()
    manifest, draft = table.root / "manifest.json", table.root / "manifest.json.draft"
    assert synced == [
        str(tmp_path / f"{FIRST}.draft"),
        f"{tmp_path / f'{FIRST}.draft'} -> {table.path(file)}",
        str(table.path(file).parent),
        str(draft),
        f"{draft} -> {manifest}",
        str(table.root),
    ]


def test_one_writer_at_a_time_and_the_other_waits(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with exclusive(tmp_path / "home"):
            order.append("second")

    with exclusive(tmp_path / "home"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_what_a_killed_import_left_is_cleared_by_the_next(home: Home) -> None:
    home.take(jsonl([event("2019-10-01")]))
    left = home.path / "work" / "import-abc"
    left.mkdir(parents=True)
    (left / "dead.jsonl").write_text("{}")
    home.take(jsonl([event("2019-10-02")]))
    assert list((home.path / "work").iterdir()) == []


def test_a_failed_import_changes_nothing_but_leaves_no_trace(home: Home) -> None:
    home.take(jsonl([event("2019-10-01")]))
    before = home.files()
    with pytest.raises(FootfallError):
        home.take(b"\n\n", "jsonl")
    assert home.files() == before
