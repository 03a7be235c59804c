"""The job's statements, in Spark's SQL: what the embedded lake and its relation `clean` say, for all days at once."""

from __future__ import annotations

from collections.abc import Collection

from footfall.detect.spans import KNOWN, SHARED, SUBJECTS
from footfall.detect.verdicts import CROWD
from footfall.detect.visits import PAUSE
from footfall.event import FIELDS, NAMES, glue_columns
from footfall.ingest.carried import SILENCE_MS
from footfall.verdict_row import EVIDENCE

_OWN = ", ".join((*NAMES, "event_date", "hour", "weekday", "micros", "visitor_key", "session_key"))
_AT = "(unix_micros(event_time) + 500) DIV 1000"
"""A time in ms, to the nearest as DuckDB has it."""
HELPERS = ("visitor_key", "session_key", "micros")
ORDER = ("event_date", "visitor_key", "session_key", "event_time", *NAMES)
_CONTENT = ", ".join(f"{name} ASC NULLS FIRST" for name in NAMES)
_KINDS = glue_columns()


def typed(columns: Collection[str]) -> str:
    """The event's fields with their types; NULL for those that the view ``raw`` lacks."""
    cast = [f"CAST({f.name if f.name in columns else 'NULL'} AS {_KINDS[f.name]}) AS {f.name}" for f in FIELDS]
    return f"SELECT {', '.join(cast)} FROM raw"


def once(zone: str) -> str:
    """Every event once, by its id or as a whole row, with its store-local day, hour and ISO weekday."""
    local = f"from_utc_timestamp(event_time, '{zone}')"
    return f"""
        WITH told AS (
          SELECT *, to_date({local}) AS event_date, CAST(hour({local}) AS TINYINT) AS hour,
                 CAST(weekday({local}) + 1 AS TINYINT) AS weekday, unix_micros(event_time) AS micros,
                 coalesce(user_id, anon_id, user_session) AS visitor_key,
                 coalesce(user_session, char(0) || coalesce(user_id, anon_id)) AS session_key
          FROM (SELECT DISTINCT * FROM typed)
        ), placed AS (
          SELECT *, row_number() OVER (PARTITION BY event_date, event_id
                                       ORDER BY visitor_key, session_key, event_time, {_CONTENT}) AS copy
          FROM told
        )
        SELECT {_OWN} FROM placed WHERE event_id IS NULL OR copy = 1"""


_IN_FILE = f"PARTITION BY event_date ORDER BY visitor_key, session_key, event_time, {_CONTENT}"
_BY_SESSION = "PARTITION BY event_date ORDER BY session_key, event_time"
_NEW = "CASE WHEN lag(session_key) OVER {0} <=> session_key THEN 0 ELSE 1 END"
_PAUSED = (
    f"CASE WHEN lag(session_key) OVER {{0}} <=> session_key"
    f" AND micros - lag(micros) OVER {{0}} <= {SILENCE_MS} * 1000L THEN 0 ELSE 1 END"
)
NUMBERED = f"""
WITH marked AS (
  SELECT *, {_NEW.format("file")} AS begins,
         {_PAUSED.format("file")} AS parts,
         {_PAUSED.format("named")} AS parts_named,
         CASE WHEN lag(session_key) OVER file <=> session_key AND micros < lag(micros) OVER file
              THEN 1 ELSE 0 END AS back
  FROM once
  WINDOW file AS ({_IN_FILE}), named AS ({_BY_SESSION})
), days AS (
  SELECT event_date AS day, sum(begins) = count(DISTINCT session_key) AND sum(back) = 0 AS whole
  FROM marked GROUP BY event_date
)
SELECT marked.*, days.whole FROM marked JOIN days ON marked.event_date = days.day
"""
"""Where sessions begin, in the order of the file and by the session's name; whether none lies in two places."""

SESSIONS = f"""
SELECT {_OWN}, CAST(CASE WHEN whole THEN in_file ELSE by_name END - 1 AS INT) AS session_no
FROM (SELECT *, sum(parts) OVER ({_IN_FILE} ROWS UNBOUNDED PRECEDING) AS in_file,
             sum(parts_named) OVER ({_BY_SESSION} ROWS UNBOUNDED PRECEDING) AS by_name
      FROM numbered)
"""
"""A number for each session of a day, a new one after each half hour of silence."""


def edges(zone: str) -> str:
    """The sessions of each day's first and last half hour, and when they were active in those."""
    starts = "unix_millis(to_utc_timestamp(CAST({} AS TIMESTAMP), '" + zone + "'))"
    return f"""
        SELECT event_date AS day, session_no AS number, min({_AT}) AS first,
               max({_AT}) AS last,
               coalesce(user_session, coalesce(user_id, anon_id) || char(0)) AS key
        FROM events
        WHERE {_AT} < {starts.format("event_date")} + {SILENCE_MS}
           OR {_AT} >= {starts.format("date_add(event_date, 1)")} - {SILENCE_MS}
        GROUP BY event_date, session_no, coalesce(user_session, coalesce(user_id, anon_id) || char(0))"""


MEETING = f"""
WITH pairs AS (
  SELECT one.day AS day, one.number AS number, one.key AS key, other.day AS next, other.number AS next_number
  FROM edges AS one
  JOIN edges AS other ON other.key = one.key AND other.day = date_add(one.day, 1)
                     AND other.first - one.last BETWEEN 0 AND {SILENCE_MS}
), met AS (
  SELECT day, number, key FROM pairs UNION SELECT next, next_number, key FROM pairs
)
SELECT edges.* FROM edges JOIN met ON edges.day = met.day AND edges.number = met.number AND edges.key = met.key
ORDER BY day, key, number
"""
"""Of all edges, those that meet one of the day before or after."""

IDENTITIES = f"""
SELECT kind, id, user_id, min({_AT}) AS first
FROM (SELECT 'anon' AS kind, anon_id AS id, user_id, event_time FROM events
      UNION ALL SELECT 'session' AS kind, user_session AS id, user_id, event_time FROM events)
WHERE id IS NOT NULL GROUP BY kind, id, user_id
"""
LINKS = """
SELECT kind, id, min_by(user_id, struct(first, user_id)) FILTER (WHERE user_id IS NOT NULL) AS user_id
FROM identities GROUP BY kind, id
HAVING count(user_id) > 0 AND count(*) > count(user_id)
"""
"""The first user that each browser and session seen without one was ever linked to."""

KNOWN_AGENTS = """
SELECT user_agent AS bot FROM (SELECT DISTINCT user_agent FROM events WHERE user_agent IS NOT NULL)
WHERE names_a_crawler(user_agent)
"""
KNOWN_ADDRESSES = """
SELECT ip AS bot FROM (SELECT DISTINCT ip FROM events WHERE ip IS NOT NULL) WHERE is_published(ip)
"""

EXTENT = """
SELECT min(event_date) AS since, max(event_date) AS until, max(unix_micros(event_time)) DIV 1000 AS as_of FROM events
"""
"""What marts are counted with: the first and the last day, and the data's end in ms."""

STANDING = f"""
SELECT id, subject_kind, subject, valid_from, valid_to, incident, rule, version, class, threat, confidence, withdrawn,
       {", ".join(EVIDENCE)}
FROM (SELECT *, row_number() OVER (PARTITION BY id ORDER BY changed_at DESC) AS change FROM changes)
WHERE change = 1
"""
"""Of each verdict the latest change."""

_WHOLE = """
CASE WHEN carried.origin IS NULL THEN e.event_date ELSE date_sub(e.event_date, 1) END"""
BOUGHT = f"""
SELECT DISTINCT {_WHOLE} AS day, coalesce(carried.origin, e.session_no) AS number
FROM (SELECT event_date, session_no FROM events
      WHERE event_type IN ('purchase', 'refund') GROUP BY event_date, session_no
      HAVING count(CASE WHEN event_type = 'purchase' THEN 1 END)
           > count(CASE WHEN event_type = 'refund' THEN 1 END)) AS e
LEFT JOIN carried ON e.event_date = carried.day AND e.session_no = carried.number
"""
"""Whole visits with an honoured purchase in one of their parts."""


def paced(kind: str) -> str:
    """Visits at a person's pace from subjects of a kind that have several of them in a day."""
    name = SUBJECTS[kind]
    return f"""
        WITH steps AS (
          SELECT e.event_date, {name} AS name, e.session_no, {_AT} - lag({_AT})
                   OVER (PARTITION BY e.event_date, {name}, e.session_no ORDER BY e.event_time) AS gap
          FROM events AS e WHERE {name} IN (SELECT name FROM judged WHERE kind = '{kind}')
        ), parts AS (
          SELECT event_date, session_no, name FROM steps GROUP BY event_date, session_no, name
          HAVING count(gap) >= 3 AND sum(gap) >= {PAUSE} * count(gap)
             AND CAST(4 * count(gap) AS DECIMAL(18, 0)) * CAST(sum(gap * gap) AS DECIMAL(20, 0))
              >= CAST(5 * sum(gap) AS DECIMAL(19, 0)) * CAST(sum(gap) AS DECIMAL(19, 0))
        )
        SELECT event_date AS day, session_no AS number, name
        FROM (SELECT *, count(*) OVER (PARTITION BY event_date, name) AS visits FROM parts)
        WHERE visits >= {CROWD}"""


def clean() -> str:
    """The relation that marts are counted from."""
    judged = ", ".join(map(_weight, SUBJECTS))
    return f"""
        SELECT CASE WHEN carried.origin IS NULL THEN e.event_date ELSE date_sub(e.event_date, 1) END AS session_date,
               CAST(date_trunc('week', {_WHOLE}) AS DATE) AS week,
               e.event_date, CAST(e.hour AS INT) AS hour, CAST(e.weekday AS INT) AS weekday,
               {_AT} AS at, e.event_type, e.product_id,
               coalesce(e.category_code, e.category_id, 'unknown') AS category, coalesce(e.brand, '') AS brand,
               coalesce(e.price, 0) AS price, e.quantity,
               coalesce(e.user_id, by_session.user_id, by_anon.user_id, e.anon_id, e.user_session) AS visitor,
               CAST(coalesce(carried.origin, e.session_no) AS BIGINT) AS session,
               CASE WHEN agents.bot IS NOT NULL OR addresses.bot IS NOT NULL THEN {KNOWN}
                    ELSE greatest(0, {judged}) END AS bot,
               e.path, e.referrer, e.campaign, e.order_id
        FROM events AS e
        LEFT JOIN carried ON e.event_date = carried.day AND e.session_no = carried.number
        LEFT JOIN known_agents AS agents ON e.user_agent = agents.bot
        LEFT JOIN known_addresses AS addresses ON e.ip = addresses.bot
        LEFT JOIN bought ON bought.day = {_WHOLE} AND bought.number = coalesce(carried.origin, e.session_no)
        {"".join(map(_joined, SUBJECTS))}
        LEFT JOIN links AS by_anon ON e.user_id IS NULL AND by_anon.kind = 'anon' AND e.anon_id = by_anon.id
        LEFT JOIN links AS by_session
               ON e.user_id IS NULL AND by_session.kind = 'session' AND e.user_session = by_session.id"""


def _weight(kind: str) -> str:
    """What a verdict on one kind of subject makes of a row: 0 where it is spared."""
    crowd = f" OR paced_{kind}.number IS NOT NULL" if kind in SHARED else ""
    spared = f"bought.number IS NOT NULL AND NOT judged_{kind}.stern"
    return f"CASE WHEN judged_{kind}.name IS NULL OR {spared}{crowd} THEN 0 ELSE judged_{kind}.bot END"


def _joined(kind: str) -> str:
    """The join of a row with the verdicts on one kind of subject, at most one."""
    judged = f"""
        LEFT JOIN (SELECT * FROM judged WHERE kind = '{kind}') AS judged_{kind}
               ON {SUBJECTS[kind]} = judged_{kind}.name
              AND {_AT} BETWEEN judged_{kind}.since AND judged_{kind}.until"""
    if kind not in SHARED:
        return judged
    return f"""{judged}
        LEFT JOIN paced_{kind} ON e.event_date = paced_{kind}.day AND e.session_no = paced_{kind}.number
              AND {SUBJECTS[kind]} = paced_{kind}.name"""
