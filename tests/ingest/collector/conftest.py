"""A collector on a port of its own, over a log in memory that judges as the real one does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from queue import Queue
from typing import Any

import pytest

from footfall.config import Collector, Settings
from footfall.ingest.collector import Sink, app, run
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


class Client:
    """Asks one address."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = import_module("requests").Session()
        self._session.trust_env = False

    def request(self, method: str, path: str, **options: Any) -> Any:
        """Any request; a path or a whole address."""
        url = path if path.startswith("http") else self._url + path
        return self._session.request(method, url, timeout=30, **options)

    def get(self, path: str, **options: Any) -> Any:
        """A page."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        """A body as ``data`` or ``json``."""
        return self.request("POST", path, **options)

    def close(self) -> None:
        """Lets connections go."""
        self._session.close()


@dataclass
class Served:
    """A collector that runs: its address, its app, what it wrote."""

    url: str
    intake: Intake
    log: Memory
    http: Client

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rsplit(":", 1)[1])

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """Sends a body as it is, or as JSON; an underscore in a header's name stands for a dash."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.post(path, data=data, headers=named)


SERVE = Callable[..., Served]


@contextmanager
def served(clock: Callable[[], float] = time.time, sink: Sink | None = None, **options: Any) -> Iterator[Served]:
    """A collector with some settings, over a log in memory unless another one is given."""
    stop, ready, log = threading.Event(), Queue[int](), Memory()
    intake = app(Settings(collector=Collector(**options)), sink or log, clock)
    thread = threading.Thread(target=run, args=(intake, 0, stop, ready.put))
    thread.start()
    try:
        url = f"http://127.0.0.1:{ready.get(timeout=20)}"
        with closing(Client(url)) as http:
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
