-- id: category_hours
-- title: Interest, buyers and revenue by category and hour
-- day: session_date
-- adds: day, week, weekday, hour, category
-- why: The cells that the top categories by hour and by weekday and the discount windows are read from. Rows add up: days into
--   weeks and months, hours or weekdays into the margins.
-- definition: Interest = distinct sessions with a view of the category in that local hour; a session that looks in two hours is
--   interested in both. Buyers = those of them whose session bought the category, in whichever hour. Views, purchases (rows) and
--   revenue (price x quantity, 1 where not said; refunds are not subtracted) count at their own hour. A session counts in a
--   population by its rows of that population. Category '*' is the whole store: sessions with any view, and those that bought.
-- columns: day, week, weekday (ISO, of the event), hour, category, then interest, buyers, views, purchases, revenue (minor
--   units), each _gross, _known and _net
WITH looked AS (
  SELECT session_date, session, category, weekday, hour, MIN(bot) AS view_bot
  FROM clean
  WHERE event_type = 'view' AND product_id IS NOT NULL
  GROUP BY session_date, session, category, weekday, hour
),
bought AS (
  SELECT session_date, session, category, MIN(bot) AS purchase_bot
  FROM clean
  WHERE event_type = 'purchase' AND product_id IS NOT NULL
  GROUP BY session_date, session, category
),
looked_anywhere AS (
  SELECT session_date, session, weekday, hour, MIN(view_bot) AS view_bot
  FROM looked
  GROUP BY session_date, session, weekday, hour
),
bought_anything AS (
  SELECT session_date, session, MIN(purchase_bot) AS purchase_bot
  FROM bought
  GROUP BY session_date, session
),
visits AS (
  SELECT
    l.session_date AS session_date, l.weekday AS weekday, l.hour AS hour, l.category AS category,
    l.view_bot AS view_bot, b.purchase_bot AS purchase_bot
  FROM looked AS l
  LEFT JOIN bought AS b ON b.session_date = l.session_date AND b.session = l.session AND b.category = l.category
  UNION ALL
  SELECT
    l.session_date AS session_date, l.weekday AS weekday, l.hour AS hour, '*' AS category,
    l.view_bot AS view_bot, b.purchase_bot AS purchase_bot
  FROM looked_anywhere AS l
  LEFT JOIN bought_anything AS b ON b.session_date = l.session_date AND b.session = l.session
),
sessions AS (
  SELECT
    session_date, weekday, hour, category,
    COUNT(*) AS interest_gross,
    COUNT(CASE WHEN view_bot < 2 THEN 1 END) AS interest_known,
    COUNT(CASE WHEN view_bot = 0 THEN 1 END) AS interest_net,
    COUNT(purchase_bot) AS buyers_gross,
    COUNT(CASE WHEN view_bot < 2 AND purchase_bot < 2 THEN 1 END) AS buyers_known,
    COUNT(CASE WHEN view_bot = 0 AND purchase_bot = 0 THEN 1 END) AS buyers_net
  FROM visits
  GROUP BY session_date, weekday, hour, category
),
sums AS (
  SELECT
    session_date, week, weekday, hour, category, event_type, bot,
    COUNT(*) AS events,
    SUM(CASE WHEN event_type = 'purchase' THEN price * COALESCE(quantity, 1) ELSE 0 END) AS paid
  FROM clean
  WHERE event_type IN ('view', 'purchase') AND product_id IS NOT NULL
  GROUP BY session_date, week, weekday, hour, category, event_type, bot
),
told AS (
  SELECT session_date, week, weekday, hour, category, event_type, bot, events, paid FROM sums
  UNION ALL
  SELECT session_date, week, weekday, hour, '*' AS category, event_type, bot, events, paid FROM sums
),
totals AS (
  SELECT
    session_date, week, weekday, hour, category,
    SUM(CASE WHEN event_type = 'view' THEN events ELSE 0 END) AS views_gross,
    SUM(CASE WHEN event_type = 'view' AND bot < 2 THEN events ELSE 0 END) AS views_known,
    SUM(CASE WHEN event_type = 'view' AND bot = 0 THEN events ELSE 0 END) AS views_net,
    SUM(CASE WHEN event_type = 'purchase' THEN events ELSE 0 END) AS purchases_gross,
    SUM(CASE WHEN event_type = 'purchase' AND bot < 2 THEN events ELSE 0 END) AS purchases_known,
    SUM(CASE WHEN event_type = 'purchase' AND bot = 0 THEN events ELSE 0 END) AS purchases_net,
    SUM(CASE WHEN event_type = 'purchase' THEN paid ELSE 0 END) AS revenue_gross,
    SUM(CASE WHEN event_type = 'purchase' AND bot < 2 THEN paid ELSE 0 END) AS revenue_known,
    SUM(CASE WHEN event_type = 'purchase' AND bot = 0 THEN paid ELSE 0 END) AS revenue_net
  FROM told
  GROUP BY session_date, week, weekday, hour, category
)
SELECT
  t.session_date AS day,
  t.week AS week,
  t.weekday AS weekday,
  t.hour AS hour,
  t.category AS category,
  COALESCE(s.interest_gross, 0) AS interest_gross,
  COALESCE(s.interest_known, 0) AS interest_known,
  COALESCE(s.interest_net, 0) AS interest_net,
  COALESCE(s.buyers_gross, 0) AS buyers_gross,
  COALESCE(s.buyers_known, 0) AS buyers_known,
  COALESCE(s.buyers_net, 0) AS buyers_net,
  CAST(t.views_gross AS BIGINT) AS views_gross,
  CAST(t.views_known AS BIGINT) AS views_known,
  CAST(t.views_net AS BIGINT) AS views_net,
  CAST(t.purchases_gross AS BIGINT) AS purchases_gross,
  CAST(t.purchases_known AS BIGINT) AS purchases_known,
  CAST(t.purchases_net AS BIGINT) AS purchases_net,
  CAST(t.revenue_gross AS BIGINT) AS revenue_gross,
  CAST(t.revenue_known AS BIGINT) AS revenue_known,
  CAST(t.revenue_net AS BIGINT) AS revenue_net
FROM totals AS t
LEFT JOIN sessions AS s
  ON s.session_date = t.session_date AND s.weekday = t.weekday AND s.hour = t.hour AND s.category = t.category
