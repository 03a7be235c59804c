"""What arrived, before anything is counted: the one question that is asked of events and not of the marts."""

from __future__ import annotations

from footfall.insights import Query

ARRIVALS = Query(
    "arrivals",
    {"title": "events per day, and how many came too late to be watched"},
    """
SELECT event_date AS day, count(*) AS events,
       count(*) FILTER (WHERE date_diff('millisecond', event_time, received_at) > $allowed) AS late,
       count(received_at) AS timed
FROM events
WHERE event_date BETWEEN $since AND $until
GROUP BY event_date
ORDER BY event_date
""",
)
"""Its ``$allowed``: milliseconds that the guard waits for an event."""
