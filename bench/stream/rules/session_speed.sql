-- id: session_speed
-- version: 1
-- title: A visit looks faster than anyone can read
-- severity: high
-- confidence: 95
-- class: SIVT
-- threat: OAT-011
-- why: conditional counts and a ratio of a distinct.
-- false positives: see the rule of this name that is shipped.
-- response: see the rule of this name that is shipped.
-- quiet: 10 minutes

-- watch: minute
-- subject: session
-- key: user_session
-- window: 60 seconds
-- hop: 5 seconds
SELECT user_session,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'view') AS products
FROM events
GROUP BY user_session
HAVING count(*) FILTER (WHERE event_type = 'view') >= 30
   AND 3 * count(DISTINCT product_id) FILTER (WHERE event_type = 'view')
    >= count(*) FILTER (WHERE event_type = 'view')
