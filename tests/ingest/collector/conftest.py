"""A collector on a port of its own, over a log in memory that judges as the real one does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Queue
from typing import Any

import httpx
import pytest

from footfall.config import Collector, Settings
from footfall.ingest.collector import app, run
from footfall.ingest.collector.intake import Intake
from footfall.ingest.intake import Submission, judge
from footfall.ports import DeadLetter, Receipt


@dataclass
class Memory:
    """A log that forgets; ``trouble`` is raised, or put into the future where ``late``."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    trouble: Exception | None = None
    late: bool = False
    holding: bool = False

    def submit(
        self,
        rows: Sequence[Any],
        *,
        letters: Sequence[DeadLetter] = (),
        source: str = "collector",
        received_at: int | None = None,
        size: int = 0,
    ) -> Future[Receipt]:
        """Judges at once."""
        assert size > 0
        future: Future[Receipt] = Future()
        if self.trouble and not self.late:
            raise self.trouble
        if self.trouble:
            future.set_exception(self.trouble)
        elif not self.holding:
            judged = judge([Submission(list(rows), received_at or 0, source, letters)])
            self.rows += [{k: v for k, v in row.items() if v is not None} for row in judged.events.to_pylist()]
            self.letters += judged.letters[0]
            future.set_result(Receipt(1, judged.events.num_rows, len(judged.letters[0])))
        return future


@dataclass
class Served:
    """A collector that runs: its address, its app, what it wrote."""

    url: str
    intake: Intake
    log: Memory
    http: httpx.Client

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rsplit(":", 1)[1])

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """Sends a body as it is, or as JSON; an underscore in a header's name stands for a dash."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else None
        return self.http.post(path, content=content, json=None if content is not None else body, headers=named)


SERVE = Callable[..., Served]


@contextmanager
def served(clock: Callable[[], float] = time.time, **options: Any) -> Iterator[Served]:
    """A collector with some settings."""
    stop, ready, log = threading.Event(), Queue[int](), Memory()
    intake = app(Settings(collector=Collector(**options)), log, clock)
    thread = threading.Thread(target=run, args=(intake, 0, stop, ready.put))
    thread.start()
    try:
        url = f"http://127.0.0.1:{ready.get(timeout=20)}"
        with httpx.Client(base_url=url, timeout=30) as http:
            yield Served(url, intake, log, http)
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def shared() -> Iterator[Served]:
    """One collector with the settings as they are, for a whole module."""
    with served() as found:
        yield found


@pytest.fixture
def collector(shared: Served) -> Served:
    """That collector, its log empty."""
    shared.log.__init__()  # type: ignore[misc]
    return shared
