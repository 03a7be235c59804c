"""Who reads while others write sees a state that was committed, old or new, and never an error."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from footfall.embedded import table as module
from footfall.embedded.answers import Answers
from tests.conftest import Home, event, jsonl

DAYS = [date(2019, 10, day) for day in (1, 2, 3)]


def batch(number: int) -> list[dict[str, Any]]:
    """An import that adds one event to each of three days."""
    return [event(f"{day}T12:00:00Z", user_id=f"u{number}", user_session=f"s{number}") for day in DAYS]


@contextmanager
def writing(write: Callable[[int], object], rounds: int) -> Iterator[threading.Event]:
    """Writes round after round in a thread of its own; the event is set when it is done."""
    done = threading.Event()

    def work() -> None:
        try:
            for number in range(1, rounds + 1):
                write(number)
        finally:
            done.set()

    thread = threading.Thread(target=work)
    thread.start()
    yield done
    thread.join()


def test_a_reader_of_the_lake_sees_all_of_an_import_or_nothing_of_it(home: Home) -> None:
    home.take(jsonl(batch(0)))
    counts: list[int] = []
    with writing(lambda number: home.take(jsonl(batch(number))), rounds=25) as done:
        while not done.is_set():
            table = Answers(home.lake).query("SELECT event_date, count(*) AS n FROM events GROUP BY event_date")
            found = {row["event_date"]: row["n"] for row in table.to_pylist()}
            assert sorted(found) == DAYS
            assert len(set(found.values())) == 1, "half an import"
            counts.append(found[DAYS[0]])
    assert counts == sorted(counts)


def test_two_imports_at_once_are_both_stored_whole(home: Home) -> None:
    threads = [
        threading.Thread(target=home.take, args=(jsonl(batch(number)), None, f"file{number}")) for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted({row["user_id"] for row in home.rows()}) == [f"u{number}" for number in range(6)]
    assert len(home.rows()) == 18


def test_a_commit_shows_between_two_moments_and_not_before(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every step of a commit that touches the disk, a reader sees one of the two states, whole."""
    home.take(jsonl(batch(0)))
    old = [row["user_id"] for row in home.rows()]
    states: list[list[str]] = []
    sync = module.sync

    def look(path: Any) -> None:
        sync(path)
        states.append([row["user_id"] for row in home.rows()])

    monkeypatch.setattr(module, "sync", look)
    home.take(jsonl(batch(1)))
    new = [row["user_id"] for row in home.rows()]
    assert len(states) == 3 * 2 + 2
    assert states == [old] * 7 + [new]
