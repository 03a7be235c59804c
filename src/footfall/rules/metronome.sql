-- id: metronome
-- version: 2
-- title: A visit keeps time like a machine
-- severity: medium
-- confidence: 80
-- class: SIVT
-- threat: OAT-011
-- why: people pause unevenly and now and then for long. The deviation of the pauses is compared with their mean in integers: n * sum of squares < (1 + c * c) * square of the sum.
-- false positives: a page that reloads itself on a screen in the office; a client that repeats what failed (told apart by the time it takes in all).
-- response: watch the visit; block it when another rule agrees.
-- quiet: 15 minutes

-- watch: even
-- subject: session
-- key: user_session
-- window: 15 minutes
-- hop: 30 seconds
-- early: yes
-- note: twelve events and CV < 0.2; with CV < 0.5, as first measured on one store, three of 35 real people were called machines
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
WHERE crawler IS NULL
GROUP BY user_session
HAVING count(*) >= 12
   AND max(gap) <= 30000
   AND sum(gap) >= 24000
   AND 25 * count(gap) * sum(gap * gap) < 26 * sum(gap) * sum(gap);

-- watch: tireless
-- subject: session
-- key: user_session
-- window: 15 minutes
-- hop: 30 seconds
-- early: yes
-- note: thirty events without a pause above thirty seconds, CV < 0.4; at 0.5 a gift buyer in 280,000 events of people was one
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
WHERE crawler IS NULL
GROUP BY user_session
HAVING count(*) >= 30
   AND max(gap) <= 30000
   AND sum(gap) >= 60000
   AND 25 * count(gap) * sum(gap * gap) < 29 * sum(gap) * sum(gap);

-- watch: brisk
-- subject: session
-- key: user_session
-- window: 15 minutes
-- hop: 3 minutes
-- alert: no
-- confirm: ended
-- note: a whole visit of eight events or more without a pause above 32 s, whose pauses are short (mean below 15 s) or even (CV < 0.45); adds to the score only
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
WHERE crawler IS NULL
GROUP BY user_session
HAVING count(*) >= 8
   AND max(gap) <= 32000
   AND sum(gap) >= 14000
   AND (sum(gap) < 15000 * count(gap)
     OR 10000 * count(gap) * sum(gap * gap) < 12025 * sum(gap) * sum(gap));

-- watch: steady
-- subject: actor
-- key: actor
-- window: 5 minutes
-- hop: 30 seconds
-- early: yes
-- note: a dozen products, none twice, six seconds apart or less on average and CV < 0.4, or fifteen and CV < 0.2: the slower, the more even; twelve pages opened in tabs at once take less than six seconds in all
WITH steps AS (
  SELECT *, event_time - lag(event_time) OVER (PARTITION BY actor ORDER BY event_time) AS gap
  FROM events
)
SELECT actor,
       count(*)                   AS events,
       count(DISTINCT product_id) AS products,
       max(gap)                   AS longest_gap,
       sum(gap)                   AS gap_sum,
       sum(gap * gap)             AS gap_squares
FROM steps
WHERE crawler IS NULL
GROUP BY actor
HAVING count(*) >= 12
   AND count(*) FILTER (WHERE event_type NOT IN ('view', 'page')) = 0
   AND 10 * count(DISTINCT product_id) >= 9 * count(*)
   AND sum(gap) >= 6000
   AND ((sum(gap) < 6000 * count(gap) AND 25 * count(gap) * sum(gap * gap) < 29 * sum(gap) * sum(gap))
     OR (sum(gap) < 15000 * count(gap) AND 25 * count(gap) * sum(gap * gap) < 26 * sum(gap) * sum(gap)))
