-- id: recovery_lines
-- title: What is left in every cart abandoned now
-- why: The list of recovery_list, worked out once whenever the data changes.
-- params: $as_of (BIGINT: the data's end, epoch ms)
-- how: numbers stand for carts because they are grouped faster; most products meet a visitor once and need no
--   ordering; prices are the last seen at any time, quantities change in the cart alone
-- columns: place (of the cart, the dearest first, 1, 2, ...), then as recovery_list
WITH abandoned AS (
  SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY c.value_left DESC, c.visitor) AS INTEGER) AS cart,
    c.visitor, c.started_at, c.last_at, c.pieces_left, c.value_left, c.bot
  FROM carts AS c
  WHERE c.population IN ('every', 'gross') AND c.ending = 'left' AND c.bought_at IS NULL
    AND $as_of - c.last_at > 86400000 AND $as_of - c.last_at <= 691200000
),
past AS (
  SELECT
    a.cart AS cart,
    CAST(SUM(c.abandonments + CASE WHEN c.ending = 'left' THEN 1 ELSE 0 END) AS BIGINT) - 1 AS abandoned_before
  FROM abandoned AS a
  JOIN carts AS c ON c.visitor = a.visitor
  WHERE c.population IN ('every', 'gross')
  GROUP BY a.cart
),
changes AS (
  SELECT
    a.cart, e.product_id, e.turn, e.category, e.brand,
    NULLIF(e.price, 0) AS price,
    CASE
      WHEN e."at" < a.started_at OR e."at" > a.last_at THEN NULL
      WHEN e.event_type = 'cart' THEN COALESCE(e.quantity, 1)
      WHEN e.event_type = 'remove_from_cart' THEN COALESCE(-e.quantity, -35184372088832)
      ELSE -35184372088832
    END AS change
  FROM abandoned AS a
  JOIN cart_events AS e ON e.visitor = a.visitor
),
met AS (
  SELECT
    c.cart, c.product_id, COUNT(*) AS events, COUNT(c.change) AS changes, MAX(c.category) AS category,
    MAX(c.brand) AS brand, MAX(c.price) AS price, MAX(c.change) AS quantity
  FROM changes AS c
  GROUP BY c.cart, c.product_id
),
summed AS (
  SELECT
    c.*,
    SUM(c.change) OVER so_far AS total
  FROM changes AS c
  JOIN met AS m ON m.cart = c.cart AND m.product_id = c.product_id AND m.events > 1 AND m.changes > 0
  WINDOW so_far AS (
    PARTITION BY c.cart, c.product_id ORDER BY c.turn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
lines AS (
  SELECT m.cart, m.product_id, m.category, m.brand, m.price, CAST(m.quantity AS BIGINT) AS quantity
  FROM met AS m
  WHERE m.events = 1
  UNION ALL
  SELECT
    s.cart,
    s.product_id,
    MAX_BY(s.category, s.turn) FILTER (WHERE s.change IS NOT NULL) AS category,
    MAX_BY(s.brand, s.turn) FILTER (WHERE s.change IS NOT NULL) AS brand,
    MAX_BY(s.price, s.turn) FILTER (WHERE s.price IS NOT NULL) AS price,
    CAST(SUM(s.change) - LEAST(0, MIN(s.total)) AS BIGINT) AS quantity
  FROM summed AS s
  GROUP BY s.cart, s.product_id
)
SELECT
  a.cart AS place,
  ROW_NUMBER() OVER (PARTITION BY a.cart ORDER BY l.quantity * COALESCE(l.price, 0) DESC, l.product_id) AS line,
  a.visitor AS visitor,
  l.product_id AS product_id,
  l.category AS category,
  l.brand AS brand,
  l.quantity AS quantity,
  COALESCE(l.price, 0) AS price,
  l.quantity * COALESCE(l.price, 0) AS line_value,
  a.pieces_left AS items,
  a.value_left AS value,
  a.started_at AS started_at,
  a.last_at AS last_activity_at,
  a.last_at + 86400000 AS abandoned_at,
  a.last_at + 691200000 AS lost_at,
  b.abandoned_before AS abandoned_before,
  a.bot AS bot
FROM abandoned AS a
JOIN lines AS l ON l.cart = a.cart
JOIN past AS b ON b.cart = a.cart
WHERE l.quantity > 0
