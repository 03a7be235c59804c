-- id: cart_presets
-- title: Abandonment as others would count it
-- why: The same events give 60 % or 80 %, depending on who counts. Side by side, the reader sees why two tools
--   disagree.
-- definition: Each preset counts what its vendor's own help pages describe, as far as cart events can tell it; rate =
--   abandoned / carts.
--   footfall: carts of visitors, as abandoned_carts defines them (the decided ones).
--   shopify: a checkout left incomplete for 10 minutes, even if completed later. Cart events hold no checkout: a
--     session with an add stands for one, abandoned unless the visitor buys anything between its first add and 10
--     minutes after its last.
--   ga4: users, as the purchase journey report: those who added to a cart within the range, abandoned unless they
--     bought anything after that and within the range.
--   matomo: visits with a cart, abandoned unless the same visit holds an order; a purchase in a later visit does not
--     count.
--   klaviyo: the added-to-cart flow, a session with an add being one entry: abandoned (the mail goes out) unless the
--     visitor placed any order within 4 hours of the session's first add. Vendors that need an e-mail address would
--     see only a part of these.
--   A session counts once the vendor's wait (10 minutes, 30 minutes, 4 hours) has passed by the data's end.
-- params: $since, $until (DATE, inclusive: days of the cart's or session's start), $as_of (BIGINT: the data's end,
--   epoch ms)
-- reads: carts, cart_events
-- columns: preset, unit, then each as _gross, _known, _net: carts (what the preset divides by), abandoned
WITH shoppers AS (
  SELECT
    s.visitor, p.population, p.worst,
    CAST(ROW_NUMBER() OVER (ORDER BY s.visitor, p.population) AS INTEGER) AS shopper
  FROM (
    SELECT e.visitor, MAX(e.bot) AS bot
    FROM cart_events AS e
    WHERE e.day >= $since
    GROUP BY e.visitor
    HAVING COUNT(*) FILTER (WHERE e.event_type = 'cart') > 0
  ) AS s
  JOIN (
    VALUES ('every', 0, 0, 0), ('gross', 2, 1, 2), ('known', 1, 1, 2), ('net', 0, 1, 2)
  ) AS p(population, worst, mildest, gravest) ON s.bot BETWEEN p.mildest AND p.gravest
),
counted AS (
  SELECT
    s.shopper, s.population, e.session_date, e.session, e.day, e.turn,
    CASE WHEN e.event_type = 'cart' THEN e."at" END AS added_at,
    CASE WHEN e.event_type = 'purchase' THEN e."at" END AS bought_at
  FROM cart_events AS e
  JOIN shoppers AS s ON s.visitor = e.visitor AND e.bot <= s.worst
  WHERE e.day >= $since AND e.event_type <> 'remove_from_cart'
),
followed AS (
  SELECT
    c.shopper, c.population, c.session_date, c.session, c.added_at, c.bought_at,
    MIN(c.bought_at) OVER ahead AS next_bought_at
  FROM counted AS c
  WINDOW ahead AS (PARTITION BY c.shopper ORDER BY c.turn DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
sessions AS (
  SELECT
    f.population,
    MIN(f.added_at) AS first_at,
    MAX(f.added_at) AS last_at,
    MIN(CASE WHEN f.added_at IS NOT NULL THEN f.next_bought_at END) AS next_bought_at,
    MAX(f.bought_at) AS bought_at
  FROM followed AS f
  WHERE f.session_date BETWEEN $since AND $until
  GROUP BY f.population, f.shopper, f.session_date, f.session
),
users AS (
  SELECT
    c.population,
    MIN(CASE WHEN c.added_at IS NOT NULL THEN c.turn END) AS first_add,
    MAX(CASE WHEN c.bought_at IS NOT NULL THEN c.turn END) AS last_purchase
  FROM counted AS c
  WHERE c.day BETWEEN $since AND $until
  GROUP BY c.population, c.shopper
),
judged AS (
  SELECT
    'footfall' AS preset,
    c.population,
    c.ending = 'left' OR COALESCE(c.bought_at > c.abandoned_at, FALSE) AS given_up
  FROM carts AS c
  WHERE c.day BETWEEN $since AND $until AND (c.ending = 'bought' OR c.ending = 'left' AND $as_of - c.last_at > 86400000)
  UNION ALL
  SELECT 'shopify' AS preset, s.population, COALESCE(s.next_bought_at > s.last_at + 600000, TRUE) AS given_up
  FROM sessions AS s
  WHERE s.last_at + 600000 <= $as_of
  UNION ALL
  SELECT 'ga4' AS preset, u.population, COALESCE(u.last_purchase < u.first_add, TRUE) AS given_up
  FROM users AS u
  WHERE u.first_add IS NOT NULL
  UNION ALL
  SELECT 'matomo' AS preset, s.population, s.bought_at IS NULL AS given_up
  FROM sessions AS s
  WHERE s.last_at + 1800000 <= $as_of
  UNION ALL
  SELECT 'klaviyo' AS preset, s.population, COALESCE(s.next_bought_at > s.first_at + 14400000, TRUE) AS given_up
  FROM sessions AS s
  WHERE s.first_at + 14400000 <= $as_of
)
SELECT
  p.preset AS preset,
  p.unit AS unit,
  COUNT(j.preset) FILTER (WHERE j.population IN ('every', 'gross')) AS carts_gross,
  COUNT(j.preset) FILTER (WHERE j.population IN ('every', 'known')) AS carts_known,
  COUNT(j.preset) FILTER (WHERE j.population IN ('every', 'net')) AS carts_net,
  COUNT(j.preset) FILTER (WHERE j.given_up AND j.population IN ('every', 'gross')) AS abandoned_gross,
  COUNT(j.preset) FILTER (WHERE j.given_up AND j.population IN ('every', 'known')) AS abandoned_known,
  COUNT(j.preset) FILTER (WHERE j.given_up AND j.population IN ('every', 'net')) AS abandoned_net
FROM (
  VALUES
    ('footfall', 'cart', 1), ('shopify', 'session', 2), ('ga4', 'user', 3), ('matomo', 'session', 4),
    ('klaviyo', 'session', 5)
) AS p(preset, unit, place)
LEFT JOIN judged AS j ON j.preset = p.preset
GROUP BY p.preset, p.unit, p.place
ORDER BY p.place
