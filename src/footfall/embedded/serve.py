"""Collector, sentry and keeper: one process each, started together, ended together."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from footfall.config import Settings, load
from footfall.embedded.appender import Appender
from footfall.ingest.collector import app, run
from footfall.layout import Layout
from footfall.ports import FootfallError

KEEPING = 300.0
"""Seconds between two times that the log is brought into the lake and the marts up to date."""
LOOK = 1.0
"""Seconds between two looks at the other processes."""

Duty = Callable[[Path, Event], None]


def serve(home: Path, settings: Settings, port: int, ready: Callable[[int], None]) -> None:
    """Collects, watches and keeps house until SIGINT or SIGTERM.

    Args:
        home: the home directory.
        settings: in force.
        port: on 127.0.0.1; 0 takes any that is free.
        ready: called with the port once events can be sent.

    Raises:
        FootfallError: the port is taken, or another process collects for this home.
    """
    stop = threading.Event()
    with until_signalled(stop), Appender(Layout(home)) as appender, _on_duty(home, (watch, keep), stop):
        run(app(settings, appender, time.time), port, stop, ready)


def watch(home: Path, stop: Event) -> None:
    """The sentry's process."""
    from footfall.embedded.sentry import Sentry

    layout = Layout(home)
    Sentry(layout, load(layout.settings)).run(_bridged(stop))


def keep(home: Path, stop: Event) -> None:
    """The keeper's process: brings the log into the lake, the marts up to date, and lets old segments go."""
    from footfall.embedded.event_log import SegmentedLog
    from footfall.embedded.run import build, open_lake

    lake = open_lake(home)
    while not stop.wait(KEEPING):
        try:
            build(lake, lambda _done, _days: None)
            SegmentedLog(lake.layout).retire(time.time_ns() // 1000)
        except FootfallError as error:
            print(f"footfall: {error}", file=sys.stderr)  # noqa: T201


@dataclass(slots=True)
class _Post:
    """A process and what it is there for."""

    duty: Duty
    process: SpawnProcess


@contextmanager
def _on_duty(home: Path, duties: tuple[Duty, ...], stop: threading.Event) -> Iterator[None]:
    """Keeps a process at each duty: one that dies is replaced."""
    context = get_context("spawn")
    ended = context.Event()

    def posted(duty: Duty) -> _Post:
        process = context.Process(target=_detached, args=(duty, home, ended), name=duty.__name__, daemon=True)
        process.start()
        return _Post(duty, process)

    posts = [posted(duty) for duty in duties]

    def look_after() -> None:
        while not stop.wait(LOOK):
            for place, post in enumerate(posts):
                if not post.process.is_alive():
                    print(f"footfall: the {post.duty.__name__} process ended; it is started again.", file=sys.stderr)  # noqa: T201
                    posts[place] = posted(post.duty)

    overseer = threading.Thread(target=look_after, name="overseer", daemon=True)
    overseer.start()
    try:
        yield
    finally:
        stop.set()
        overseer.join()
        ended.set()
        for post in posts:
            post.process.join(timeout=30)


def _detached(duty: Duty, home: Path, stop: Event) -> None:
    """A duty in a process of its own, which ends when it is told to, or when nobody is left who could tell it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_outlive, args=(stop,), name="parent", daemon=True).start()
    try:
        duty(home, stop)
    except FootfallError as error:
        sys.exit(f"footfall: {error}")


def _outlive(stop: Event) -> None:
    """Ends a process whose parent was killed."""
    parent = parent_process()
    if parent:
        parent.join()
        stop.set()


def _bridged(stop: Event) -> threading.Event:
    """A thread's event that is set when a process's is."""
    bridged = threading.Event()

    def wait() -> None:
        stop.wait()
        bridged.set()

    threading.Thread(target=wait, name="stop", daemon=True).start()
    return bridged


@contextmanager
def until_signalled(stop: threading.Event) -> Iterator[None]:
    """Sets an event on SIGINT and SIGTERM instead of dying of them."""
    kept = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
