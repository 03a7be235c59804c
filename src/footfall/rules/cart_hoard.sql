-- id: cart_hoard
-- version: 1
-- title: Carts are filled to keep goods from others
-- severity: high
-- confidence: 92
-- class: SIVT
-- threat: OAT-021
-- why: whoever fills carts by the dozen and buys nothing holds stock back. People look before they choose; a hoarder hardly looks, or does it from a handful of sources on one product.
-- false positives: somebody filling a large order from a list (they end it with a purchase); a client stuck on one line repeats one product, so products are counted and not rows.
-- response: end the carts of the sources listed; limit the quantity of the product.
-- quiet: 15 minutes

-- watch: session
-- subject: session
-- key: user_session
-- window: 10 minutes
-- hop: 30 seconds
-- early: yes
-- gate: count(*) FILTER (WHERE event_type = 'cart') >= 12 AND count(*) FILTER (WHERE event_type = 'purchase') = 0
-- note: rows of one product in one second count once, as they do for abandoned carts; 12 and not 15, for they must also be twice the views
WITH act AS (
  SELECT user_session, product_id, event_type, event_time - event_time % 1000 AS at, count(*) AS copies
  FROM events
  WHERE verified = 0 AND event_type IN ('view', 'cart', 'remove_from_cart', 'purchase')
  GROUP BY user_session, product_id, event_type, event_time - event_time % 1000
)
SELECT user_session,
       count(*) FILTER (WHERE event_type = 'cart')                   AS carts,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'cart') AS products,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(*) FILTER (WHERE event_type = 'remove_from_cart')       AS removes
FROM act
GROUP BY user_session
HAVING count(*) FILTER (WHERE event_type = 'cart') >= 12
   AND count(*) FILTER (WHERE event_type = 'purchase') = 0
   AND 5 * count(*) FILTER (WHERE event_type = 'remove_from_cart') < count(*) FILTER (WHERE event_type = 'cart')
   AND 2 * count(*) FILTER (WHERE event_type = 'view') < count(*) FILTER (WHERE event_type = 'cart');

-- watch: address
-- subject: ip
-- key: ip
-- window: 10 minutes
-- hop: 30 seconds
-- early: yes
-- gate: count(*) FILTER (WHERE event_type = 'cart') >= 15 AND count(*) FILTER (WHERE event_type = 'purchase') = 0
-- note: an address that hides its hoard in many visits
WITH act AS (
  SELECT ip, actor, product_id, event_type, event_time - event_time % 1000 AS at, count(*) AS copies
  FROM events
  WHERE verified = 0 AND event_type IN ('view', 'cart', 'remove_from_cart', 'purchase')
  GROUP BY ip, actor, product_id, event_type, event_time - event_time % 1000
)
SELECT ip,
       count(*) FILTER (WHERE event_type = 'cart')              AS carts,
       count(DISTINCT actor) FILTER (WHERE event_type = 'cart') AS actors,
       count(*) FILTER (WHERE event_type = 'view')              AS views,
       count(*) FILTER (WHERE event_type = 'remove_from_cart')  AS removes
FROM act
GROUP BY ip
HAVING count(*) FILTER (WHERE event_type = 'cart') >= 15
   AND count(DISTINCT actor) FILTER (WHERE event_type = 'cart') >= 2
   AND count(*) FILTER (WHERE event_type = 'purchase') = 0
   AND 5 * count(*) FILTER (WHERE event_type = 'remove_from_cart') < count(*) FILTER (WHERE event_type = 'cart')
   AND 2 * count(*) FILTER (WHERE event_type = 'view') < 3 * count(*) FILTER (WHERE event_type = 'cart');

-- watch: product
-- subject: product
-- key: product_id
-- window: 10 minutes
-- hop: 30 seconds
-- early: yes
-- confirm: few_hands
-- baseline: yes
SELECT product_id,
       count(*) FILTER (WHERE event_type = 'cart')              AS carts,
       count(DISTINCT actor) FILTER (WHERE event_type = 'cart') AS sources,
       count(*) FILTER (WHERE event_type = 'purchase')          AS purchases
FROM events
WHERE verified = 0
GROUP BY product_id
HAVING count(*) FILTER (WHERE event_type = 'cart') >= 30
   AND 50 * count(*) FILTER (WHERE event_type = 'purchase') < count(*) FILTER (WHERE event_type = 'cart')
