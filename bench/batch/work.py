"""The work that every engine does: where its files lie, and the four questions it answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

Value = str | int
Answers = dict[str, list[list[Value]]]
"""Rows by the name of the question; days as ``YYYY-MM-DD``, counts as whole numbers, in any order."""

COLUMNS = {
    "event_time": "TIMESTAMP",
    "event_type": "VARCHAR",
    "product_id": "BIGINT",
    "category_id": "BIGINT",
    "category_code": "VARCHAR",
    "brand": "VARCHAR",
    "price": "DECIMAL(10,2)",
    "user_id": "BIGINT",
    "user_session": "VARCHAR",
}
"""REES46's columns, in the types that an engine made for this one file would give them."""

VISITORS = "SELECT event_date, COUNT(DISTINCT user_id) AS visitors FROM events GROUP BY event_date"

CARTS = """
WITH carted AS (
  SELECT event_date, user_id, product_id, COUNT(*) AS added
  FROM events WHERE event_type = 'cart' GROUP BY event_date, user_id, product_id
), bought AS (
  SELECT user_id, product_id, MAX(event_date) AS last_bought
  FROM events WHERE event_type = 'purchase' GROUP BY user_id, product_id
)
SELECT event_date, SUM(added) AS added, COUNT(*) AS pairs,
       COUNT(CASE WHEN last_bought >= event_date THEN 1 END) AS bought
FROM carted LEFT JOIN bought ON carted.user_id = bought.user_id AND carted.product_id = bought.product_id
GROUP BY event_date
"""
"""Per day: cart rows, distinct (user, product) pairs among them, and how many of these the user bought that day or
later."""

HOURS = """
SELECT COALESCE(category_code, CAST(category_id AS VARCHAR)) AS category, {hour} AS hour,
       COUNT(DISTINCT user_session) AS sessions
FROM events WHERE event_type = 'view' GROUP BY 1, 2
"""

BRANDS = """
SELECT COALESCE(brand, '') AS brand,
       COUNT(DISTINCT CASE WHEN event_type = 'view' THEN user_session END) AS viewed,
       COUNT(DISTINCT CASE WHEN event_type = 'purchase' THEN user_session END) AS purchased
FROM events GROUP BY 1
"""

QUESTIONS = {"visitors": VISITORS, "carts": CARTS, "hours": HOURS, "brands": BRANDS}
"""What is asked, as SQL over ``events``; an engine may put it in its own words. Times are UTC."""


@dataclass(frozen=True, slots=True)
class Job:
    """One engine's task: the file to read, the folder that is its own, the threads it may use."""

    csv: Path
    home: Path
    threads: int

    @property
    def lake(self) -> Path:
        """Where the lake belongs: ``event_date=…`` folders lie directly under it."""
        return self.home / "lake" / "events"

    @property
    def scratch(self) -> Path:
        """A folder for what an engine spills."""
        return self.home / "scratch"

    def to_json(self) -> str:
        """The job as a command-line argument."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The job from a command-line argument."""
        values = json.loads(text)
        return cls(Path(values["csv"]), Path(values["home"]), values["threads"])


def sql(name: str, hour: str = "HOUR(event_time)") -> str:
    """A question's SQL; ``hour`` is how the engine says the hour of an event."""
    return QUESTIONS[name].format(hour=hour)


def rows(found: Iterable[Sequence[object]]) -> list[list[Value]]:
    """Rows as they are compared: counts as int, everything else as text."""
    return [[value if isinstance(value, int) else str(value) for value in row] for row in found]
