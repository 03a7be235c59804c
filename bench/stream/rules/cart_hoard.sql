-- id: cart_hoard
-- version: 1
-- title: Carts are filled to keep goods from others
-- severity: high
-- confidence: 95
-- class: SIVT
-- threat: OAT-021
-- why: six conditional aggregates over a long window.
-- false positives: see the rule of this name that is shipped.
-- response: see the rule of this name that is shipped.
-- quiet: 10 minutes

-- watch: session
-- subject: session
-- key: user_session
-- window: 10 minutes
-- hop: 30 seconds
SELECT user_session,
       count(*) FILTER (WHERE event_type = 'cart')                   AS carts,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'cart') AS products,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(*) FILTER (WHERE event_type = 'remove_from_cart')       AS removes
FROM events
GROUP BY user_session
HAVING count(DISTINCT product_id) FILTER (WHERE event_type = 'cart') >= 15
   AND count(*) FILTER (WHERE event_type = 'purchase') = 0
   AND 5 * count(*) FILTER (WHERE event_type = 'remove_from_cart') < count(*) FILTER (WHERE event_type = 'cart')
   AND 2 * count(*) FILTER (WHERE event_type = 'view') < count(*) FILTER (WHERE event_type = 'cart')
