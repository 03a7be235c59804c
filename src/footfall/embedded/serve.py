"""Collector, sentry, keeper and dashboard: one process each, started together, ended together."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ctypes import CDLL
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from socket import socket

from footfall.config import Settings, load
from footfall.embedded.appender import Appender
from footfall.embedded.figures import written
from footfall.ingest.collector import app, listen, run, run_on
from footfall.layout import Layout
from footfall.ports import FootfallError

KEEPING = 300.0
"""Seconds between two times that the log is brought into the lake and the marts up to date."""
LOOK = 1.0
"""Seconds between two looks at the other processes."""

LAST_PORT = 65535
ARENAS, KEPT_FREE = -8, -1
"""What glibc calls M_ARENA_MAX and M_TRIM_THRESHOLD."""

Duty = Callable[[Path, Event], None]


def serve(home: Path, settings: Settings, port: int, ready: Callable[[int, int], None]) -> None:
    """Collects, watches, keeps house and shows pages until SIGINT or SIGTERM.

    Args:
        home: the home directory.
        settings: in force.
        port: the collector's on 127.0.0.1, the dashboard's being the next; 0 takes any that are free.
        ready: called with the collector's port and the dashboard's once events can be sent.

    Raises:
        FootfallError: the port is taken, another process collects for this home, or the dashboard would be open to
            others.
    """
    refuse_open(Layout(home), settings.dashboard.host)
    stop, host = threading.Event(), settings.dashboard.host
    with until_signalled(stop), listen(beside(port), host) as opened, Appender(Layout(home)) as appender:
        opened.listen()  # who comes before the process is ready waits, and is not turned away
        shown = opened.getsockname()[1]
        collector = app(settings, appender, time.time, partial(written, Layout(home)))
        with _on_duty(home, (watch, keep, partial(show, opened=opened)), stop):
            run(collector, port, stop, lambda taken: ready(taken, shown))


def refuse_open(layout: Layout, host: str) -> None:
    """Lets nobody listen for others while anybody could come in.

    Raises:
        FootfallError: the address is not of this machine alone, and there is no account.
    """
    from footfall.embedded.access import EmbeddedAccess
    from footfall.web.access import loopback

    if not loopback(host) and not EmbeddedAccess(layout).accounts():
        raise FootfallError(f"The dashboard would be open to all at {host}; first: footfall users add NAME")


def beside(port: int) -> int:
    """The dashboard's port, of a collector's."""
    return port and (port + 1 if port < LAST_PORT else port - 1)


def free(port: int) -> bool:
    """Whether a collector and its dashboard could listen there."""
    try:
        with listen(port), listen(beside(port)):
            return True
    except OSError:
        return False


def watch(home: Path, stop: Event) -> None:
    """The sentry's process."""
    from footfall.embedded.sentry import Sentry

    layout = Layout(home)
    Sentry(layout, load(layout.settings)).run(_bridged(stop))


def keep(home: Path, stop: Event) -> None:
    """The keeper's process: brings the log into the lake, the marts up to date, and lets old segments go."""
    from footfall.embedded.digest import wait_for_weeks
    from footfall.embedded.event_log import SegmentedLog
    from footfall.embedded.run import build, open_lake

    lake = open_lake(home)
    if lake.settings.digest.targets:
        weekly = (lake, _bridged(stop), KEEPING, _say)
        threading.Thread(target=wait_for_weeks, args=weekly, name="digest", daemon=True).start()
    while not stop.wait(KEEPING):
        try:
            build(lake, lambda _done, _days: None)
            SegmentedLog(lake.layout).retire(time.time_ns() // 1000)
        except FootfallError as error:
            _say(str(error))


def _say(sentence: str) -> None:
    print(f"footfall: {sentence}", file=sys.stderr)  # noqa: T201


def show(home: Path, stop: Event, opened: socket) -> None:
    """The dashboard's process, on a socket that outlives it."""
    from footfall.embedded.gate import gated
    from footfall.embedded.run import open_lake
    from footfall.web.warm import keep_warm

    _give_memory_back()
    ended, lake = _bridged(stop), open_lake(home)
    dashboard = gated(lake, ended)
    warmed = (dashboard.state.shelf, lake.settings.store, ended)
    threading.Thread(target=keep_warm, args=warmed, name="warm", daemon=True).start()
    run_on(dashboard, opened, ended)


def _give_memory_back() -> None:
    """Lets threads share one of glibc's arenas, whose free end goes back at once; elsewhere nothing is asked for."""
    with suppress(OSError, AttributeError):
        libc = CDLL("libc.so.6")
        libc.mallopt(ARENAS, 1)
        libc.mallopt(KEPT_FREE, 128 << 10)


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
        process = context.Process(target=_detached, args=(duty, home, ended), name=_name(duty), daemon=True)
        process.start()
        return _Post(duty, process)

    posts = [posted(duty) for duty in duties]

    def look_after() -> None:
        while not stop.wait(LOOK):
            for place, post in enumerate(posts):
                if not post.process.is_alive():
                    print(f"footfall: the {_name(post.duty)} process ended; it is started again.", file=sys.stderr)  # noqa: T201
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


def _name(duty: Duty) -> str:
    return str(getattr(duty, "func", duty).__name__)


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
