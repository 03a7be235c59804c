-- id: preset_days
-- title: Abandonment as others would count it, by day
-- why: What each preset of cart_presets counts on a day: the day of the session's start, for ga4 that of the add. A day needs
--   the cart events of its own and of the two days after, where its sessions and their waits end.
-- params: $since, $until (DATE: days asked for), $as_of (BIGINT: the data's end, epoch ms)
-- columns: day, preset, then each as _gross, _known, _net: carts, abandoned
WITH shoppers AS (
  SELECT
    s.visitor, p.population, p.worst,
    CAST(ROW_NUMBER() OVER (ORDER BY s.visitor, p.population) AS INTEGER) AS shopper
  FROM (
    SELECT e.visitor, MAX(e.bot) AS bot
    FROM cart_events AS e
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
  WHERE e.event_type <> 'remove_from_cart'
),
followed AS (
  SELECT
    c.shopper, c.population, c.session_date, c.session, c.day, c.added_at, c.bought_at,
    MIN(c.bought_at) OVER ahead AS next_bought_at
  FROM counted AS c
  WINDOW ahead AS (PARTITION BY c.shopper ORDER BY c.turn DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
sessions AS (
  SELECT
    f.session_date AS day, f.population,
    MIN(f.added_at) AS first_at,
    MAX(f.added_at) AS last_at,
    MIN(CASE WHEN f.added_at IS NOT NULL THEN f.next_bought_at END) AS next_bought_at,
    MAX(f.bought_at) AS bought_at
  FROM followed AS f
  GROUP BY f.population, f.shopper, f.session_date, f.session
),
users AS (
  SELECT c.day, c.population, MIN(c.added_turn) AS added, MAX(c.bought_turn) AS bought
  FROM (
    SELECT
      day, population, shopper,
      CASE WHEN added_at IS NOT NULL THEN turn END AS added_turn,
      CASE WHEN bought_at IS NOT NULL THEN turn END AS bought_turn
    FROM counted
  ) AS c
  GROUP BY c.day, c.population, c.shopper
),
judged AS (
  SELECT s.day, 'shopify' AS preset, s.population, COALESCE(s.next_bought_at > s.last_at + 600000, TRUE) AS given_up
  FROM sessions AS s
  WHERE s.last_at + 600000 <= $as_of
  UNION ALL
  SELECT u.day, 'ga4' AS preset, u.population, COALESCE(u.bought < u.added, TRUE) AS given_up
  FROM users AS u
  WHERE u.added IS NOT NULL
  UNION ALL
  SELECT s.day, 'matomo' AS preset, s.population, s.bought_at IS NULL AS given_up
  FROM sessions AS s
  WHERE s.last_at + 1800000 <= $as_of
  UNION ALL
  SELECT s.day, 'klaviyo' AS preset, s.population, COALESCE(s.next_bought_at > s.first_at + 14400000, TRUE) AS given_up
  FROM sessions AS s
  WHERE s.first_at + 14400000 <= $as_of
)
SELECT
  j.day AS day,
  j.preset AS preset,
  COUNT(j.preset) FILTER (WHERE j.population IN ('every', 'gross')) AS carts_gross,
  COUNT(j.preset) FILTER (WHERE j.population IN ('every', 'known')) AS carts_known,
  COUNT(j.preset) FILTER (WHERE j.population IN ('every', 'net')) AS carts_net,
  COUNT(j.preset) FILTER (WHERE j.given_up AND j.population IN ('every', 'gross')) AS abandoned_gross,
  COUNT(j.preset) FILTER (WHERE j.given_up AND j.population IN ('every', 'known')) AS abandoned_known,
  COUNT(j.preset) FILTER (WHERE j.given_up AND j.population IN ('every', 'net')) AS abandoned_net
FROM judged AS j
WHERE j.day BETWEEN $since AND $until
GROUP BY j.day, j.preset
