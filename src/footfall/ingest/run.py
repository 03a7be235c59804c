"""One import: a source is cut into tasks, worker threads check them, a writer takes the results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace

from footfall.config import Store
from footfall.ingest.adapter import Adapter, Checked, Task
from footfall.ingest.formats import choose, name_of
from footfall.ingest.source import Source
from footfall.ports import Counts, FootfallError, LakeWriter

Progress = Callable[[int, int], None]
"""Called with the rows read so far and the bytes of the source behind them."""


def ingest(
    source: Source,
    forced: str | None,
    writer: LakeWriter,
    store: Store,
    pool: Executor,
    ahead: int,
    progress: Progress = lambda _rows, _position: None,
) -> Counts:
    """Brings one source into the lake, whole or not at all.

    Args:
        source: what to read.
        forced: the format's name; None to tell it from the content.
        writer: an import of the lake, fresh.
        store: the store's settings.
        pool: worker threads.
        ahead: tasks in flight; bounds memory.
        progress: told after every task.

    Raises:
        FootfallError: the source cannot be read to its end, or holds no row.
    """
    rows, adapter = 0, choose(source, forced)
    form = name_of(adapter)
    for checked, position in _in_order(adapter, source, store, pool, ahead):
        writer.add(checked.events)
        writer.refuse(replace(letter, format=form) for letter in checked.letters)
        rows += checked.rows
        progress(rows, position)
    if not rows:
        raise FootfallError(f"{source.name} holds no row.")
    return writer.commit()


def _in_order(
    adapter: Adapter, source: Source, store: Store, pool: Executor, ahead: int
) -> Iterator[tuple[Checked, int]]:
    flying: deque[tuple[Future[Checked], Task]] = deque()
    for task in adapter.tasks(source, store):
        flying.append((pool.submit(task.run), task))
        if len(flying) >= ahead:
            done, first = flying.popleft()
            yield first.finish(done.result()), first.position
    for done, first in flying:
        yield first.finish(done.result()), first.position
