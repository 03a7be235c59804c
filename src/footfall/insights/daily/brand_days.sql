-- id: brand_days
-- title: What each brand showed and sold, by category and price band
-- day: session_date
-- why: A brand is judged only among brands of the same category and price; this counts what the judgement needs, and adds up.
-- definition: Exposed = distinct sessions that viewed the brand in that category and price band; bought = those of them that bought
--   the brand there; carted = those of them that put it in the cart. A purchase without a view is no exposure (nobody saw it and
--   passed by), but it counts in purchases (rows) and revenue (price x quantity, 1 where not said; refunds are not subtracted).
--   Price band = third of the range seen that day: the category's distinct products viewed, carted or bought, in the order of
--   their highest price of the day and product_id; the same thirds for all populations. Products = distinct ones of the brand there.
-- columns: day, week, category, band (1 cheap, 2, 3 dear), brand ('' where a product names none), products, then exposed, carted,
--   bought, purchases, revenue (minor units), each _gross, _known and _net
WITH shown AS (
  SELECT session_date, category, brand, product_id, MIN(week) AS week, MAX(price) AS price
  FROM clean
  WHERE event_type IN ('view', 'cart', 'purchase') AND product_id IS NOT NULL
  GROUP BY session_date, category, brand, product_id
),
priced AS (
  SELECT session_date, category, product_id, MAX(price) AS price
  FROM shown
  GROUP BY session_date, category, product_id
),
banded AS (
  SELECT
    session_date, category, product_id,
    CAST(NTILE(3) OVER (PARTITION BY session_date, category ORDER BY price, product_id) AS INTEGER) AS band
  FROM priced
),
ranges AS (
  SELECT
    s.session_date AS session_date, s.category AS category, b.band AS band, s.brand AS brand,
    MIN(s.week) AS week, COUNT(*) AS products
  FROM shown AS s
  JOIN banded AS b ON b.session_date = s.session_date AND b.category = s.category AND b.product_id = s.product_id
  GROUP BY s.session_date, s.category, b.band, s.brand
),
meetings AS (
  SELECT
    c.session_date AS session_date, c.session AS session, c.category AS category, b.band AS band, c.brand AS brand,
    MIN(CASE WHEN c.event_type = 'view' THEN c.bot END) AS view_bot,
    MIN(CASE WHEN c.event_type = 'cart' THEN c.bot END) AS cart_bot,
    MIN(CASE WHEN c.event_type = 'purchase' THEN c.bot END) AS purchase_bot
  FROM clean AS c
  JOIN banded AS b ON b.session_date = c.session_date AND b.category = c.category AND b.product_id = c.product_id
  WHERE c.event_type IN ('view', 'cart', 'purchase')
  GROUP BY c.session_date, c.session, c.category, b.band, c.brand
),
met AS (
  SELECT
    session_date, category, band, brand,
    COUNT(view_bot) AS exposed_gross,
    COUNT(CASE WHEN view_bot < 2 THEN 1 END) AS exposed_known,
    COUNT(CASE WHEN view_bot = 0 THEN 1 END) AS exposed_net,
    COUNT(CASE WHEN view_bot <= 2 AND cart_bot <= 2 THEN 1 END) AS carted_gross,
    COUNT(CASE WHEN view_bot < 2 AND cart_bot < 2 THEN 1 END) AS carted_known,
    COUNT(CASE WHEN view_bot = 0 AND cart_bot = 0 THEN 1 END) AS carted_net,
    COUNT(CASE WHEN view_bot <= 2 AND purchase_bot <= 2 THEN 1 END) AS bought_gross,
    COUNT(CASE WHEN view_bot < 2 AND purchase_bot < 2 THEN 1 END) AS bought_known,
    COUNT(CASE WHEN view_bot = 0 AND purchase_bot = 0 THEN 1 END) AS bought_net
  FROM meetings
  GROUP BY session_date, category, band, brand
),
lines AS (
  SELECT session_date, category, brand, product_id, bot, price * COALESCE(quantity, 1) AS paid
  FROM clean
  WHERE event_type = 'purchase' AND product_id IS NOT NULL
),
sold AS (
  SELECT
    l.session_date AS session_date, l.category AS category, b.band AS band, l.brand AS brand,
    COUNT(*) AS purchases_gross,
    COUNT(CASE WHEN l.bot < 2 THEN 1 END) AS purchases_known,
    COUNT(CASE WHEN l.bot = 0 THEN 1 END) AS purchases_net,
    SUM(l.paid) AS revenue_gross,
    SUM(CASE WHEN l.bot < 2 THEN l.paid ELSE 0 END) AS revenue_known,
    SUM(CASE WHEN l.bot = 0 THEN l.paid ELSE 0 END) AS revenue_net
  FROM lines AS l
  JOIN banded AS b ON b.session_date = l.session_date AND b.category = l.category AND b.product_id = l.product_id
  GROUP BY l.session_date, l.category, b.band, l.brand
)
SELECT
  r.session_date AS day,
  r.week AS week,
  r.category AS category,
  r.band AS band,
  r.brand AS brand,
  r.products AS products,
  m.exposed_gross AS exposed_gross,
  m.exposed_known AS exposed_known,
  m.exposed_net AS exposed_net,
  m.carted_gross AS carted_gross,
  m.carted_known AS carted_known,
  m.carted_net AS carted_net,
  m.bought_gross AS bought_gross,
  m.bought_known AS bought_known,
  m.bought_net AS bought_net,
  COALESCE(s.purchases_gross, 0) AS purchases_gross,
  COALESCE(s.purchases_known, 0) AS purchases_known,
  COALESCE(s.purchases_net, 0) AS purchases_net,
  CAST(COALESCE(s.revenue_gross, 0) AS BIGINT) AS revenue_gross,
  CAST(COALESCE(s.revenue_known, 0) AS BIGINT) AS revenue_known,
  CAST(COALESCE(s.revenue_net, 0) AS BIGINT) AS revenue_net
FROM ranges AS r
JOIN met AS m ON m.session_date = r.session_date AND m.category = r.category AND m.band = r.band AND m.brand = r.brand
LEFT JOIN sold AS s ON s.session_date = r.session_date AND s.category = r.category AND s.band = r.band AND s.brand = r.brand
