"""Whatever a file holds: a sentence and nothing stored, or every row stored, a duplicate or dead; never a traceback."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from footfall.ingest.formats import adapters
from tests.cli.conftest import ENTRY, Ran, Shell
from tests.conftest import event, jsonl, rees46
from tests.ingest.writers import zipped

ROW = ["2019-10-01 00:00:00 UTC", "view", "1", "2", "a.b", "brand", "35.79", "u", "s"]
GOOD = rees46([ROW])
JUNK = random.Random(1).randbytes(5_000)


def damaged_zip(place: int, byte: int) -> bytes:
    """A zip of one member whose two headers have a byte of their own; places are those of the local header."""
    content = bytearray(zipped(GOOD))
    local, central = content.rindex(b"PK\x03\x04"), content.rindex(b"PK\x01\x02")
    content[local + place] = content[central + place + 2] = byte
    return bytes(content)


def nested_parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"event_time": [["a"]], "event_type": ["view"]}), file)
    return file.getvalue()


def good_parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"event_time": ["2019-10-01"] * 9, "event_type": ["page"] * 9, "user_id": ["u"] * 9}), file)
    return file.getvalue()


def broken_page() -> bytes:
    content = bytearray(good_parquet())
    content[5:40] = bytes(35)
    return bytes(content)


UNUSABLE: dict[str, tuple[bytes, list[str], str]] = {
    "empty": (b"", [], "is empty"),
    "empty, format forced": (b"", ["--format", "rees46"], "is empty"),
    "empty gzip": (gzip.compress(b""), ["--format", "rees46"], "is empty"),
    "header only": (rees46([]), [], "holds no row"),
    "header and blank lines": (rees46([]) + b"\n\r\n\n", [], "holds no row"),
    "blank lines": (b"\n\n\n", ["--format", "jsonl"], "holds no row"),
    "binary junk": (JUNK, [], "is in no format Footfall knows"),
    "junk as CSV": (JUNK, ["--format", "rees46"], "has columns that are no field of an event"),
    "junk as Parquet": (JUNK, ["--format", "parquet"], "is damaged or no Parquet file"),
    "unknown format": (GOOD, ["--format", "xml"], "There is no format 'xml'"),
    "unknown column": (GOOD.replace(b"brand,price", b"colour,price"), [], "as 'colour'"),
    "a column twice": (GOOD.replace(b"brand,price", b"price,price"), [], "has the column price twice"),
    "needed column missing": (b"event_time,user_id\n1,2\n", ["--format", "rees46"], "lacks the columns event_type"),
    "gzip cut short": (gzip.compress(GOOD * 100)[:-10], [], "is damaged or cut short"),
    "gzip cut in its header": (gzip.compress(GOOD)[:8], [], "is damaged or cut short"),
    "gzip with a wrong sum": (gzip.compress(GOOD)[:-8] + bytes(8), [], "is damaged or cut short"),
    "gzip with junk in the middle": (
        gzip.compress(GOOD * 9)[:30] + b"????" + gzip.compress(GOOD * 9)[34:],
        [],
        "is damaged",
    ),
    "gzip and then junk": (gzip.compress(GOOD) + b"junk", [], "is damaged or cut short"),
    "zip cut short": (zipped(GOOD)[:-30], [], "is damaged or cut short"),
    "zip of two": (zipped(GOOD, GOOD), [], "holds 2 files"),
    "zip of none": (zipped(), [], "holds 0 files"),
    "zip with a password": (damaged_zip(6, 1), [], "is encrypted"),
    "zip packed strangely": (damaged_zip(8, 99), [], "is encrypted, or packed in a way unknown here"),
    "Parquet cut short": (good_parquet()[:-20], [], "is damaged or no Parquet file"),
    "Parquet with a broken page": (broken_page(), [], "is damaged or no Parquet file"),
    "Parquet with a nested column": (nested_parquet(), [], "of type list"),
    "Parquet in gzip": (gzip.compress(good_parquet()), [], "is damaged or no Parquet file"),
}


@pytest.mark.parametrize("name", sorted(UNUSABLE))
def test_a_file_that_cannot_be_used_is_a_sentence_and_nothing_is_stored(shell: Shell, name: str) -> None:
    content, options, words = UNUSABLE[name]
    sentence = shell("ingest", shell.file("events.file", content), *options).sentence
    assert words in sentence
    assert "events.file" in sentence or "--format" in options
    assert stored(shell) == []


def stored(shell: Shell) -> list[str]:
    """Files below the home that say anything."""
    return sorted(path.name for path in shell.home.rglob("*") if path.is_file() and path.name not in (".lock", "zone"))


PLACES: dict[str, tuple[Callable[[Shell], str], str]] = {
    "missing": (lambda _shell: "missing.csv", "There is no file missing.csv."),
    "a directory": (lambda shell: str(shell.folder), "is a directory"),
    "a device": (lambda _shell: "/dev/null", "is no regular file"),
    "a pipe": (lambda shell: fifo(shell), "is no regular file"),
    "memory that cannot be read": (lambda _shell: "/proc/self/mem", ""),
    "below a file": (lambda shell: f"{shell.file('file', b'')}/x.csv", "Not a directory"),
    "a name too long": (lambda _shell: "x" * 300, "File name too long"),
}


def fifo(shell: Shell) -> str:
    os.mkfifo(shell.folder / "pipe")
    return str(shell.folder / "pipe")


@pytest.mark.parametrize("name", sorted(PLACES))
def test_a_place_without_a_file_is_a_sentence(shell: Shell, name: str) -> None:
    place, words = PLACES[name]
    path = place(shell)
    for form in (None, *adapters()):
        assert words in shell("ingest", path, *(["--format", form] if form else [])).sentence
    assert stored(shell) == []


def counts(ran: Ran) -> tuple[int, int, int, int]:
    """Rows, stored, duplicates and dead, which add up."""
    assert ran.code == 0, ran
    assert ran.err == "", ran
    told = json.loads(ran.out)
    assert told["rows"] == told["stored"] + told["duplicates"] + told["dead"]
    return told["rows"], told["stored"], told["duplicates"], told["dead"]


def with_row(*cells: str, raw: bytes | None = None) -> bytes:
    """A good row and another one, good or bad."""
    return GOOD + (raw if raw is not None else ",".join([*cells]).encode() + b"\n")


DIRTY: dict[str, tuple[bytes, tuple[int, int, int, int]]] = {
    "8 columns": (with_row(*ROW[:8]), (2, 1, 0, 1)),
    "10 columns": (with_row(*ROW, "more"), (2, 1, 0, 1)),
    "NUL": (with_row(*ROW[:5], "a\0b", *ROW[6:]), (2, 1, 0, 1)),
    "1e400": (with_row(*ROW[:6], "1e400", *ROW[7:]), (2, 1, 0, 1)),
    "a line of 50 MB, in quotes": (with_row(*ROW[:5], '"' + "x" * 50_000_000 + '"', *ROW[6:]), (2, 1, 0, 1)),
    "a line of 50 MB, no end": (with_row(raw=b"y" * 50_000_000), (2, 1, 0, 1)),
    "a quote never closed": (with_row(*ROW[:5], '"x', *ROW[6:]) + GOOD.split(b"\n")[1], (3, 1, 1, 1)),
    "a quote at the end": (with_row(*ROW[:8], '"x'), (2, 1, 0, 1)),
    "invalid UTF-8": (with_row(raw=GOOD.split(b"\n")[1].replace(b"brand", b"\xff\xfe")), (2, 1, 0, 1)),
    "CRLF": (GOOD.replace(b"\n", b"\r\n"), (1, 1, 0, 0)),
    "BOM": (b"\xef\xbb\xbf" + GOOD, (1, 1, 0, 0)),
    "no newline at the end": (GOOD.rstrip(b"\n"), (1, 1, 0, 0)),
    "old Mac lines": (rees46([]) + GOOD.replace(b"\n", b"\r"), (1, 0, 0, 1)),
    "only bad rows": (rees46([["x"] * 9] * 3), (3, 0, 0, 3)),
    "UTF-16": (rees46([]) + "ab,c\n".encode("utf-16-le"), (2, 0, 0, 2)),
    "JSON": (jsonl([event("2019-10-01"), event("x")]) + b"{\n[]\n1e400\n" + b"[" * 100_000 + b"\n", (6, 1, 0, 5)),
    "JSON of 5 MB": (jsonl([event("2019-10-01"), event("2019-10-01", own="x" * 5_000_000)]), (2, 1, 0, 1)),
}


@pytest.mark.parametrize("name", sorted(DIRTY))
def test_bad_rows_are_dead_letters_and_the_import_succeeds(shell: Shell, name: str) -> None:
    content, wanted = DIRTY[name]
    assert counts(shell("ingest", shell.file("events.file", content), "--json")) == wanted
    letters = [
        json.loads(line) for path in shell.home.glob("dead_letters/*") for line in path.read_bytes().splitlines()
    ]
    assert len(letters) == wanted[3]
    assert all(letter["reason"] and letter["line"] >= 1 and letter["source"] == "events.file" for letter in letters)


def test_dead_letters_are_pointed_at_on_stderr(shell: Shell) -> None:
    ran = shell("ingest", shell.file("x.csv", DIRTY["8 columns"][0]))
    assert ran.out == "x.csv: 2 rows = 1 stored + 0 duplicate + 1 dead-lettered\n"
    assert "dead_letters" in ran.err


@pytest.mark.parametrize("form", ["rees46", "jsonl"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_is_read_with_a_format(shell: Shell, form: str, pack: Callable[[bytes], bytes]) -> None:
    content = {"rees46": GOOD, "jsonl": jsonl([event("2019-10-01")])}[form]
    assert counts(shell("ingest", "-", "--format", form, "--json", stdin=pack(content))) == (1, 1, 0, 0)


def test_standard_input_that_cannot_be_used_is_a_sentence(shell: Shell) -> None:
    assert "--format" in shell("ingest", "-", stdin=GOOD).sentence
    assert "standard input is empty" in shell("ingest", "-", "--format", "rees46").sentence
    assert "holds no row" in shell("ingest", "-", "--format", "jsonl").sentence
    assert "cannot be read from standard input" in shell("ingest", "-", "--format", "parquet", stdin=GOOD).sentence


def test_a_bad_file_among_good_ones_stops_there_and_the_good_ones_stay(shell: Shell) -> None:
    good, bad = shell.file("good.csv", GOOD), shell.file("bad.csv", b"")
    ran = shell("ingest", good, bad, good)
    assert ran.code == 1
    assert ran.out.count("\n") == 1
    assert ran.err == "footfall: bad.csv is empty.\n"
    assert counts(shell("ingest", good, "--json")) == (1, 0, 1, 0)


def test_staged_files_are_put_away_when_they_are_taken(shell: Shell) -> None:
    assert "put some into" in shell("ingest").sentence
    staging = shell.home / "staging"
    staging.mkdir(parents=True)
    (staging / "one.csv").write_bytes(GOOD)
    assert counts(shell("ingest", "--json")) == (1, 1, 0, 0)
    assert [path.name for path in staging.rglob("*")] == ["done", "one.csv"]
    assert "put some into" in shell("ingest").sentence


def test_any_name_of_a_home_or_a_file_will_do(shell: Shell) -> None:
    """Neither SQL nor a pattern nor markup is read into a path; and no other home's files are taken for one's own."""
    name = "-it's a?b* x[/y] [b]c \"{q,r}$HOME;-- :smile: näme"
    other = name.replace("?", "x").replace("*", "").replace("[b]", "b")
    content = rees46([["2019-10-01 00:00:00 UTC", "view", "1", "", "", "", "", "own", "s"]])
    file, path = shell.file(f"file {name.replace('/', '|')}", content), Path(f"./{name}")
    assert shell("ingest", file, f"--home=./{other}").code == 0
    ran = shell("ingest", file, f"--home={path}")
    assert (ran.code, ran.err) == (0, ""), ran
    assert shell("build", f"--home={path}").code == 0
    for table, column in (("events", "user_id"), ("visitor_days", "visitor")):
        told = shell("query", f"SELECT {column} AS visitor FROM {table}", f"--home={path}", "--json")
        assert json.loads(told.out) == [{"visitor": "own"}]
    assert shell("doctor", f"--home={path}").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["unknown"],
        ["ingest", "--unknown"],
        ["build", "extra"],
        ["query"],
        ["export"],
        ["export", "visitors", "--since", "yesterday"],
        ["simulate", "-o", "x.jsonl", "--days", "none"],
        ["simulate", "-o", "x.jsonl", "--days", "0"],
        ["conformance", "--engines", "duckdb,oracle"],
    ],
)
def test_wrong_usage_is_exit_code_two(shell: Shell, arguments: list[str]) -> None:
    ran = shell(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err


def test_the_console_script_is_the_same(shell: Shell, process: Callable[..., Ran]) -> None:
    """A new interpreter, as users start one."""
    path = shell.file("x.csv", GOOD)
    assert counts(process("ingest", path, "--json", home=shell.home)) == (1, 1, 0, 0)
    assert process("ingest", shell.folder / "none", home=shell.home).sentence.startswith("There is no file")


WITHOUT_PRIVILEGE = f"""
import ctypes, os, sys
if os.geteuid() == 0:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    assert not any(prctl(24, capability, 0, 0, 0) for capability in (1, 2)), "capabilities cannot be dropped"
os.execv(sys.executable, [*{ENTRY!r}, *sys.argv[1:]])
"""
"""Root reads everything; this gives up the right to (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH) before it starts anew."""


def test_a_file_or_home_that_may_not_be_read_is_a_sentence(shell: Shell, process: Callable[..., Ran]) -> None:
    path = shell.file("secret.csv", GOOD)
    path.chmod(0)
    assert "may not be read by this user" in process("ingest", path, home=shell.home, code=WITHOUT_PRIVILEGE).sentence
    locked = shell.folder / "locked"
    locked.mkdir(mode=0o500)
    ran = process("ingest", shell.file("x.csv", GOOD), home=locked / "home", code=WITHOUT_PRIVILEGE)
    assert "ermission denied" in ran.sentence
