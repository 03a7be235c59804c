-- id: session_speed
-- version: 1
-- title: A visit looks faster than anyone can read
-- severity: high
-- confidence: 95
-- class: SIVT
-- threat: OAT-011
-- why: of 17,794 real visits to a store none looked at thirty products in a minute; the fastest made eighteen. The products must differ, so that a client that repeats one request is no reader.
-- false positives: somebody who opens forty results in tabs within a minute.
-- response: slow the visit down or ask it for proof; block its address if it goes on.
-- quiet: 10 minutes

-- watch: minute
-- subject: session
-- key: user_session
-- window: 60 seconds
-- hop: 5 seconds
-- early: yes
SELECT user_session,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'view') AS products
FROM events
WHERE verified = 0
GROUP BY user_session
HAVING count(*) FILTER (WHERE event_type = 'view') >= 30
   AND 3 * count(DISTINCT product_id) FILTER (WHERE event_type = 'view')
    >= count(*) FILTER (WHERE event_type = 'view');

-- watch: different
-- subject: actor
-- key: actor
-- window: 60 seconds
-- hop: 5 seconds
-- early: yes
-- note: a minute of different products and nothing else: the fastest of those real visits made eighteen views in all; twelve tabs opened at once leave room for ten more
SELECT actor,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'view') AS products
FROM events
WHERE verified = 0
GROUP BY actor
HAVING count(DISTINCT product_id) FILTER (WHERE event_type = 'view') >= 23
   AND 10 * count(DISTINCT product_id) FILTER (WHERE event_type = 'view')
    >= 9 * count(*) FILTER (WHERE event_type = 'view')
   AND count(*) FILTER (WHERE event_type NOT IN ('view', 'page')) = 0;

-- watch: paced
-- subject: actor
-- key: actor
-- window: 25 seconds
-- hop: 5 seconds
-- early: yes
-- note: ten different products one after the other, not at one stroke as tabs open: of 5,066 real visits and 60,000 simulated ones of people none took even eight
WITH steps AS (
  SELECT *, event_time - lag(event_time) OVER (PARTITION BY actor ORDER BY event_time) AS gap
  FROM events
)
SELECT actor,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'view') AS products,
       count(*) FILTER (WHERE gap >= 200)                            AS pauses
FROM steps
WHERE verified = 0
GROUP BY actor
HAVING count(DISTINCT product_id) FILTER (WHERE event_type = 'view') >= 10
   AND count(*) FILTER (WHERE gap >= 200) >= 8
   AND 10 * count(DISTINCT product_id) FILTER (WHERE event_type = 'view')
    >= 9 * count(*) FILTER (WHERE event_type = 'view')
   AND count(*) FILTER (WHERE event_type NOT IN ('view', 'page')) = 0
