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
SELECT user_session,
       count(*) FILTER (WHERE event_type = 'cart')                   AS carts,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'cart') AS products,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(*) FILTER (WHERE event_type = 'remove_from_cart')       AS removes
FROM events
WHERE verified = 0
GROUP BY user_session
HAVING count(DISTINCT product_id) FILTER (WHERE event_type = 'cart') >= 15
   AND count(*) FILTER (WHERE event_type = 'purchase') = 0
   AND 5 * count(*) FILTER (WHERE event_type = 'remove_from_cart') < count(*) FILTER (WHERE event_type = 'cart')
   AND 2 * count(*) FILTER (WHERE event_type = 'view') < count(*) FILTER (WHERE event_type = 'cart');

-- watch: address
-- subject: ip
-- key: ip
-- window: 10 minutes
-- hop: 30 seconds
SELECT ip,
       count(*) FILTER (WHERE event_type = 'cart')                     AS carts,
       count(DISTINCT user_session) FILTER (WHERE event_type = 'cart') AS sessions,
       count(*) FILTER (WHERE event_type = 'view')                     AS views,
       count(*) FILTER (WHERE event_type = 'remove_from_cart')         AS removes
FROM events
WHERE verified = 0
GROUP BY ip
HAVING count(*) FILTER (WHERE event_type = 'cart') >= 15
   AND count(DISTINCT user_session) FILTER (WHERE event_type = 'cart') >= 5
   AND count(*) FILTER (WHERE event_type = 'purchase') = 0
   AND 5 * count(*) FILTER (WHERE event_type = 'remove_from_cart') < count(*) FILTER (WHERE event_type = 'cart')
   AND 2 * count(*) FILTER (WHERE event_type = 'view') < 3 * count(*) FILTER (WHERE event_type = 'cart');

-- watch: product
-- subject: product
-- key: product_id
-- window: 10 minutes
-- hop: 30 seconds
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
