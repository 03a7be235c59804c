-- id: recovery_lines
-- title: What is left in every cart abandoned now
-- why: The list of recovery_list, worked out once whenever the data changes.
-- params: $as_of (BIGINT: the data's end, epoch ms)
-- columns: as recovery_list
WITH past AS (
  SELECT
    c.visitor AS visitor,
    CAST(SUM(c.abandonments + CASE WHEN c.ending = 'left' THEN 1 ELSE 0 END) AS BIGINT) - 1 AS abandoned_before
  FROM carts AS c
  WHERE c.population IN ('every', 'gross')
  GROUP BY c.visitor
),
abandoned AS (
  SELECT c.visitor, c.started_at, c.last_at, c.pieces_left, c.value_left, c.bot
  FROM carts AS c
  WHERE c.population IN ('every', 'gross') AND c.ending = 'left' AND c.bought_at IS NULL
    AND $as_of - c.last_at > 86400000 AND $as_of - c.last_at <= 691200000
),
changes AS (
  SELECT
    a.visitor, e.product_id, e.turn, e.category, e.brand, e.price,
    CASE
      WHEN e.event_type = 'cart' THEN COALESCE(e.quantity, 1)
      WHEN e.event_type = 'remove_from_cart' THEN COALESCE(-e.quantity, -35184372088832)
      ELSE -35184372088832
    END AS change
  FROM abandoned AS a
  JOIN cart_events AS e ON e.visitor = a.visitor AND e."at" BETWEEN a.started_at AND a.last_at
),
summed AS (
  SELECT
    c.*,
    SUM(c.change) OVER so_far AS total
  FROM changes AS c
  WINDOW so_far AS (
    PARTITION BY c.visitor, c.product_id ORDER BY c.turn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
lines AS (
  SELECT
    s.visitor,
    s.product_id,
    MAX_BY(s.category, s.turn) AS category,
    MAX_BY(s.brand, s.turn) AS brand,
    CAST(SUM(s.change) - LEAST(0, MIN(s.total)) AS BIGINT) AS quantity
  FROM summed AS s
  GROUP BY s.visitor, s.product_id
),
prices AS (
  SELECT e.visitor, e.product_id, MAX_BY(e.price, e.turn) AS price
  FROM abandoned AS a
  JOIN cart_events AS e ON e.visitor = a.visitor AND e.price > 0
  GROUP BY e.visitor, e.product_id
)
SELECT
  a.visitor AS visitor,
  ROW_NUMBER() OVER (PARTITION BY a.visitor ORDER BY l.quantity * COALESCE(p.price, 0) DESC, l.product_id) AS line,
  l.product_id AS product_id,
  l.category AS category,
  l.brand AS brand,
  l.quantity AS quantity,
  COALESCE(p.price, 0) AS price,
  l.quantity * COALESCE(p.price, 0) AS line_value,
  a.pieces_left AS items,
  a.value_left AS value,
  a.started_at AS started_at,
  a.last_at AS last_activity_at,
  a.last_at + 86400000 AS abandoned_at,
  a.last_at + 691200000 AS lost_at,
  b.abandoned_before AS abandoned_before,
  a.bot AS bot
FROM abandoned AS a
JOIN lines AS l ON l.visitor = a.visitor
LEFT JOIN prices AS p ON p.visitor = a.visitor AND p.product_id = l.product_id
JOIN past AS b ON b.visitor = a.visitor
WHERE l.quantity > 0
