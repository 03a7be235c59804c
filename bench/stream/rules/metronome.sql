-- id: metronome
-- version: 1
-- title: A visit keeps time like a machine
-- severity: medium
-- confidence: 95
-- class: SIVT
-- threat: OAT-011
-- why: gaps between events inside the window, their sum and their squares.
-- false positives: see the rule of this name that is shipped.
-- response: see the rule of this name that is shipped.
-- quiet: 10 minutes

-- watch: even
-- subject: session
-- key: user_session
-- window: 15 minutes
-- hop: 30 seconds
WITH steps AS (
  SELECT *, event_time - lag(event_time) OVER (PARTITION BY user_session ORDER BY event_time) AS gap
  FROM events
)
SELECT user_session,
       count(*)       AS events,
       max(gap)       AS longest_gap,
       sum(gap)       AS gap_sum,
       sum(gap * gap) AS gap_squares
FROM steps
GROUP BY user_session
HAVING count(*) >= 12
   AND max(gap) <= 30000
   AND sum(gap) >= 24000
   AND 16 * count(gap) * sum(gap * gap) < 17 * sum(gap) * sum(gap)
