"""Questions answered from the marts of a deployment, as Athena counts them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa

from footfall import insights
from footfall.aws.athena import Athena
from footfall.detect.arrivals import ALLOWED
from footfall.insights import SETTLES, Query
from footfall.insights.arrivals import ARRIVALS
from footfall.insights.categories import occurrences
from footfall.insights.dialect import Engine, written
from footfall.insights.statistics import Floats
from footfall.ports import FootfallError

ENGINE: Engine = "trino"
EXTENT = """SELECT count(*) AS events, sum(bot) AS bots, max("at") AS until,
       (SELECT min(day) FROM visitor_days) AS first_day, (SELECT max(day) FROM visitor_days) AS last_day
FROM clean"""
"""Of the relation that everything is counted from: what changes with any figure."""
DAYS = "SELECT DISTINCT day FROM visitor_days"


class Answers:
    """Reads the marts of one deployment; nothing here writes.

    Args:
        athena: whom to ask.
        zone: IANA name of the store's time zone.
        since: first day.
        until: last day.
        population: what labels are worked out from.
    """

    def __init__(self, athena: Athena, zone: str, since: date, until: date, population: str) -> None:
        self._athena, self._zone, self.population = athena, zone, population
        self.since, self.until = since, until

    def ask(self, name: str) -> pa.Table:
        """The rows of one question over the range."""
        return self._asked(insights.questions()[name])

    def arrivals(self) -> pa.Table:
        """Events of each day, and those received later than the guard waits for them."""
        return self._asked(ARRIVALS)

    def occurrences(self) -> Floats:
        """How often each hour of the week occurred in the range."""
        days = self._athena.ask(DAYS)["day"].to_pylist()
        return occurrences([day for day in days if self.since <= day <= self.until], self._zone)

    def _asked(self, question: Query) -> pa.Table:
        known: dict[str, Any] = {"since": self.since, "until": self.until, "allowed": ALLOWED}
        if set(question.parameters) - set(known):
            known |= {
                "since_week": self.since - timedelta(self.since.weekday()),
                "settled": self._extent["last_day"] - SETTLES,
                "as_of": self._extent["until"],
            }
        return self._athena.ask(written(question, ENGINE, known))

    @cached_property
    def _extent(self) -> dict[str, Any]:
        return extent(self._athena)


def extent(athena: Athena) -> dict[str, Any]:
    """What there is: ``events``, ``bots``, ``first_day``, ``last_day``, ``until`` (epoch ms).

    Raises:
        FootfallError: nothing yet.
    """
    found: dict[str, Any] = athena.ask(EXTENT).to_pylist()[0]
    if not found["events"] or found["last_day"] is None:
        raise FootfallError("Nothing is counted yet: the daily run has not brought any day in.")
    return found
