-- id: low
-- version: 3
-- title: Every shape of a watch, with bounds that are easily passed
-- severity: medium
-- confidence: 50
-- class: SIVT
-- threat: OAT-011
-- why: to compare engines; a semicolon here; ends nothing.
-- false positives: all of them.
-- response: none.
-- quiet: 1 minute

-- watch: flood
-- subject: ip
-- key: ip
-- window: 10 seconds
-- hop: 1 second
-- early: yes
SELECT ip, count(*) AS events, count(DISTINCT user_session) AS sessions, min(event_time) AS first_event
FROM events
GROUP BY ip
HAVING count(*) >= 3 AND count(*) >= 2 * count(DISTINCT user_session);

-- watch: speed
-- subject: session
-- key: user_session
-- window: 60 seconds
-- hop: 5 seconds
-- severity: high
-- confidence: 90
-- early: yes
SELECT user_session, count(*) FILTER (WHERE event_type = 'view') AS views
FROM events
GROUP BY user_session
HAVING count(*) FILTER (WHERE event_type = 'view') > 1;

-- watch: walk
-- subject: actor
-- key: actor
-- window: 2 minutes
-- hop: 20 seconds
-- alert: no
SELECT actor,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'view') AS products
FROM events
GROUP BY actor
HAVING count(DISTINCT product_id) FILTER (WHERE event_type = 'view') >= 2
   AND 10 * count(DISTINCT product_id) FILTER (WHERE event_type = 'view')
    >= 7 * count(*) FILTER (WHERE event_type = 'view')
   AND count(*) FILTER (WHERE event_type IN ('cart', 'purchase')) = 0;

-- watch: even
-- subject: session
-- key: user_session
-- window: 3 minutes
-- hop: 30 seconds
WITH steps AS (
  SELECT *, event_time - lag(event_time) OVER (PARTITION BY user_session ORDER BY event_time) AS gap
  FROM events
)
SELECT user_session, count(*) AS events, max(gap) AS longest_gap, sum(gap) AS gap_sum, sum(gap * gap) AS gap_squares
FROM steps
GROUP BY user_session
HAVING count(*) >= 3
   AND max(gap) <= 40000
   AND count(gap) * sum(gap * gap) < 3 * sum(gap) * sum(gap);

-- watch: views_only
-- subject: session
-- key: user_session
-- window: 3 minutes
-- hop: 30 seconds
-- note: a chain of some events, counted by others; early, although gaps can only be guessed at
-- early: yes
WITH steps AS (
  SELECT *, event_time - lag(event_time) OVER (PARTITION BY user_session ORDER BY event_time) AS gap
  FROM events
  WHERE event_type = 'view'
)
SELECT user_session, count(*) AS events, count(gap) FILTER (WHERE gap < 20000) AS short_gaps
FROM steps
WHERE product_id IS NOT NULL
GROUP BY user_session
HAVING count(gap) FILTER (WHERE gap < 20000) >= 1 AND sum(gap) < 100000;

-- watch: pair
-- subject: network
-- key: network, product_id
-- window: 30 seconds
-- hop: 5 seconds
SELECT network, product_id, count(*) AS events, count(DISTINCT actor) AS actors, max(price) AS dearest
FROM events
GROUP BY network, product_id
HAVING count(*) FILTER (WHERE event_type = 'cart') >= 1 AND (count(DISTINCT actor) > 1 OR max(price) >= 500);

-- watch: money
-- subject: visitor
-- key: visitor
-- window: 1 minute
-- hop: 10 seconds
SELECT visitor, sum(price) AS price, sum(price * quantity) FILTER (WHERE event_type = 'purchase') AS paid
FROM events
WHERE ip LIKE '10.%' OR referrer IS NULL
GROUP BY visitor
HAVING sum(price) BETWEEN 100 AND 5000 AND NOT (count(price) = 1 OR count(*) IN (5, 7));

-- watch: odd
-- subject: product
-- key: product_id
-- window: 1 minute
-- hop: 20 seconds
-- note: conditions of which running totals know nothing
SELECT product_id, count(*) AS events, min(price) AS least
FROM events
GROUP BY product_id
HAVING CASE WHEN count(*) > 2 THEN 1 ELSE 0 END = 1 AND coalesce(sum(quantity), 0) >= 0 AND min(price) % 2 = 1;

-- watch: bursts
-- subject: agent
-- key: user_agent
-- window: 1 minute
-- hop: 10 seconds
-- gate: count(*) >= 4
WITH pane AS (
  SELECT user_agent, event_time - event_time % 5000 AS pane, count(*) AS events
  FROM events
  WHERE verified = 0
  GROUP BY user_agent, event_time - event_time % 5000
)
SELECT user_agent, sum(events) AS events, max(events) AS most, count(*) AS panes
FROM pane
GROUP BY user_agent
HAVING sum(events) >= 4 AND max(events) >= 2;

-- watch: whole
-- subject: site
-- key: site
-- window: 20 seconds
-- hop: 20 seconds
SELECT site, count(*) AS events, count(DISTINCT ip) AS addresses, count(user_id) AS known
FROM events
WHERE verified = 0
GROUP BY site
HAVING count(*) >= 2
