"""How large a store is, and what it is given for that: the one place in which either is said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """What a store of one size is given.

    Attributes:
        name: small, medium or large.
        events: a second, on average over the month.
        shards: of the streams of events; one takes 1 MB or 1,000 records a second.
        parallelism: of the Flink application.
        a_unit: parallel tasks of it that share a Kinesis processing unit.
        glue_workers: G.1X workers of the daily job.
        glue_minutes: that the daily job takes.
        memory_mb: of the collector and of the responder.
        concurrency: requests that the collector may serve at once.
        scan_gb: that one query of the workgroup may read.
        months: for which raw events are kept.
        wait_s: for which signals are gathered before the responder is called.
    """

    name: str
    events: int
    shards: int
    parallelism: int
    a_unit: int
    glue_workers: int
    glue_minutes: int
    memory_mb: int
    concurrency: int
    scan_gb: int
    months: int
    wait_s: int

    @property
    def kpus(self) -> int:
        """Processing units of the Flink application, without the one that orchestrates it."""
        return -(-self.parallelism // self.a_unit)


SIZES = {
    size.name: size
    for size in (
        Size("small", 10, 1, 1, 1, 2, 5, 512, 20, 10, 13, 5),
        Size("medium", 100, 1, 2, 1, 2, 15, 512, 100, 50, 13, 1),
        Size("large", 1_000, 4, 8, 2, 6, 30, 1_024, 400, 500, 25, 1),
    )
}
DEFAULT = "small"
