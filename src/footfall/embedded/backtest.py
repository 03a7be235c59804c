"""A rule over the lake's history: what it would have caught, and whom it would have hurt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.replay import Replay, lake_events
from footfall.incident import Alert


@dataclass(slots=True)
class Backtest:
    """What a rule says of some days.

    Attributes:
        rule: its id.
        days: how many days were read.
        events: how many events.
        alerts: in the order in which they ended.
        buyers: how many of the subjects bought something while the alert went on.
    """

    rule: str
    days: int = 0
    events: int = 0
    alerts: list[Alert] = field(default_factory=list)
    buyers: int = 0


def backtest(
    lake: EmbeddedLake,
    rule: str,
    since: date | None,
    until: date | None,
    progress: Callable[[int, int], None] = lambda _done, _days: None,
) -> Backtest:
    """Runs the guard over the lake as its events arrived, and keeps what one rule says.

    Args:
        lake: the history.
        rule: its id, one of those in force.
        since: first day; the lake's first if None.
        until: last day; the lake's last if None.
        progress: told after every day.
    """
    chosen = [day for day in sorted(lake.days()) if (not since or day >= since) and (not until or day <= until)]
    result = Backtest(rule, len(chosen))

    def events() -> Iterator[pa.Table]:
        for done, day in enumerate(chosen, 1):
            for batch in lake_events(lake, day, day):
                result.events += batch.num_rows
                yield batch
            progress(done, len(chosen))

    replay = Replay(lake)
    result.alerts = [alert for alert in replay.alerts(events()) if alert.rule == rule]
    judged = [verdict for verdict in replay.verdicts.values() if verdict.rule == rule]
    result.buyers = len({verdict.subject for verdict in judged if verdict.evidence.get("purchases")})
    return result
