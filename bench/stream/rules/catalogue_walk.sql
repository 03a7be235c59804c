-- id: catalogue_walk
-- version: 1
-- title: A visit walks the catalogue and never shops
-- severity: high
-- confidence: 95
-- class: SIVT
-- threat: OAT-011
-- why: exact distincts over a long window.
-- false positives: see the rule of this name that is shipped.
-- response: see the rule of this name that is shipped.
-- quiet: 10 minutes

-- watch: breadth
-- subject: session
-- key: user_session
-- window: 10 minutes
-- hop: 30 seconds
SELECT user_session,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'view') AS products
FROM events
GROUP BY user_session
HAVING count(DISTINCT product_id) FILTER (WHERE event_type = 'view') >= 60
   AND 10 * count(DISTINCT product_id) FILTER (WHERE event_type = 'view')
    >= 9 * count(*) FILTER (WHERE event_type = 'view')
   AND count(*) FILTER (WHERE event_type IN ('cart', 'purchase')) = 0
