-- id: carts
-- title: Carts
-- why: The cart of a visitor across sessions, as facts that do not depend on when one asks: the state (open,
--   abandoned, recovered, lost, bought, partial, emptied) follows from them and the data's end.
-- definition: `cart` adds quantity (1 when not said); `remove_from_cart` takes its quantity, never below zero, or the
--   whole line when not said; `purchase` consumes the whole line, whatever quantity it says: that is what was paid
--   for (the line's if not said). A cart starts at the first add into nothing and ends when nothing is left, or is
--   lost after 24 h + 7 days without cart activity: its lines do not carry over. Cart activity is an add, a removal,
--   or the purchase of a product put in and since then neither bought nor taken out. A purchase with no cart line is
--   a direct purchase.
-- populations: a visitor with any flagged event has carts of its own for gross, known and net; every other visitor's
--   carts are worked out once, under `every`, and count in all three.
-- reads: cart_events
-- incremental: all events of some visitors give the rows that these visitors have in the full run; replace them
--   together, for a first verdict moves a visitor from `every` to the other three
-- columns: population (every, gross, known, net), visitor, ending (left: something is still in it; bought: nothing
--   left, some of it bought; emptied: all taken out; direct: a row a day for the visitor's direct purchases), day
--   (local day of the start), started_at, last_at (last cart activity), abandoned_at (24 h into the first silence of
--   over 24 h that activity ended; NULL when none), abandonments (such silences), bought_at (last purchase from the
--   cart; it recovered the cart if after abandoned_at), pieces_in (pieces added), lines_left, pieces_left, value_left
--   (last seen price x pieces left), purchases (events), value_bought, value_recovered (the part of it bought after
--   abandoned_at), bot (the worst verdict among the cart's events). Times are UTC epoch ms, money is in minor units.
--   (population, visitor, started_at) is unique among carts.
-- how: taking out a whole line is a change of -2^45 pieces; a line's running sum, less the lowest it ever fell below
--   zero, is the quantity in the cart. A `life` ends with 8 days of silence, which only visitors seen for longer can
--   have. Numbers stand for visitors and products because windows sort them three times as fast.
WITH shoppers AS (
  SELECT
    s.visitor AS visitor,
    p.population AS population,
    p.worst AS worst,
    s.last_at - s.first_at > 691200000 AS lasting,
    CAST(ROW_NUMBER() OVER (ORDER BY s.visitor, p.population) AS INTEGER) AS shopper
  FROM (
    SELECT e.visitor, MAX(e.bot) AS bot, MIN(e."at") AS first_at, MAX(e."at") AS last_at
    FROM cart_events AS e
    GROUP BY e.visitor
  ) AS s
  JOIN (
    VALUES ('every', 0, 0, 0), ('gross', 2, 1, 2), ('known', 1, 1, 2), ('net', 0, 1, 2)
  ) AS p(population, worst, mildest, gravest) ON s.bot BETWEEN p.mildest AND p.gravest
),
products AS (
  SELECT e.product_id AS product_id, CAST(ROW_NUMBER() OVER (ORDER BY e.product_id) AS INTEGER) AS product
  FROM cart_events AS e
  GROUP BY e.product_id
),
counted AS (
  SELECT
    s.shopper, s.lasting, p.product, e.turn, e."at" AS moment, e.day, e.quantity, e.bot,
    e.event_type = 'cart' AS adds,
    e.event_type = 'purchase' AS buys,
    NULLIF(e.price, 0) AS price,
    CASE
      WHEN e.event_type = 'cart' THEN COALESCE(e.quantity, 1)
      WHEN e.event_type = 'remove_from_cart' THEN COALESCE(-e.quantity, -35184372088832)
      ELSE -35184372088832
    END AS change
  FROM cart_events AS e
  JOIN shoppers AS s ON s.visitor = e.visitor AND e.bot <= s.worst
  JOIN products AS p ON p.product_id = e.product_id
),
summed AS (
  SELECT
    c.shopper, c.lasting, c.product, c.turn, c.moment, c.day, c.quantity, c.bot, c.adds, c.buys, c.change,
    CAST(SUM(c.change) OVER so_far AS BIGINT) AS total,
    COALESCE(LAST_VALUE(c.price IGNORE NULLS) OVER so_far, 0) AS price,
    COALESCE(LAST_VALUE(c.price IGNORE NULLS) OVER earlier, 0) AS price_before
  FROM counted AS c
  WINDOW
    so_far AS (PARTITION BY c.shopper, c.product ORDER BY c.turn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
    earlier AS (PARTITION BY c.shopper, c.product ORDER BY c.turn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
wanted AS (
  SELECT
    s.*,
    NOT s.buys OR s.total - s.change > LEAST(0, COALESCE(MIN(s.total) OVER earlier, 0)) AS active
  FROM summed AS s
  WHERE s.lasting
  WINDOW earlier AS (PARTITION BY s.shopper, s.product ORDER BY s.turn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
heard AS (
  SELECT
    w.*,
    w.active AND w.moment - MAX(CASE WHEN w.active THEN w.moment END) OVER earlier > 691200000 AS reborn
  FROM wanted AS w
  WINDOW earlier AS (PARTITION BY w.shopper ORDER BY w.turn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
lives AS (
  SELECT
    h.*,
    CAST(SUM(CASE WHEN h.reborn THEN 1 ELSE 0 END) OVER so_far AS INTEGER) AS life
  FROM heard AS h
  WINDOW so_far AS (PARTITION BY h.shopper ORDER BY h.turn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
lived AS (
  SELECT
    l.shopper, l.life, l.product, l.turn, l.moment, l.day, l.quantity, l.bot, l.adds, l.buys, l.change, l.price,
    l.price_before, l.active,
    CAST(SUM(l.change) OVER so_far AS BIGINT) AS total
  FROM lives AS l
  WINDOW so_far AS (
    PARTITION BY l.shopper, l.life, l.product ORDER BY l.turn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
  UNION ALL
  SELECT
    s.shopper, 0 AS life, s.product, s.turn, s.moment, s.day, s.quantity, s.bot, s.adds, s.buys, s.change, s.price,
    s.price_before,
    NOT s.buys AS active,
    s.total
  FROM summed AS s
  WHERE NOT s.lasting
),
lines AS (
  SELECT
    l.*,
    LEAST(0, COALESCE(MIN(l.total) OVER earlier, 0)) AS lowest
  FROM lived AS l
  WINDOW earlier AS (
    PARTITION BY l.shopper, l.life, l.product ORDER BY l.turn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
),
pieces AS (
  SELECT
    l.shopper, l.life, l.turn, l.moment, l.day, l.bot, l.adds, l.buys, l.price, l.price_before, l.quantity,
    l.active OR l.total - l.change > l.lowest AS active,
    l.total - l.change - l.lowest AS before,
    l.total - LEAST(l.total, l.lowest) AS after
  FROM lines AS l
),
valued AS (
  SELECT
    p.shopper, p.life, p.turn, p.moment, p.day, p.bot, p.adds, p.buys, p.active, p.before, p.after,
    p.after * p.price - p.before * p.price_before AS value_change,
    COALESCE(p.quantity, GREATEST(p.before, 1)) * p.price AS paid
  FROM pieces AS p
),
filled AS (
  SELECT
    v.*,
    COALESCE(CAST(SUM(v.after - v.before) OVER earlier AS BIGINT), 0) > 0 AS inside,
    v.moment - MAX(v.moment) OVER earlier AS silence
  FROM valued AS v
  WHERE v.active
  WINDOW earlier AS (PARTITION BY v.shopper, v.life ORDER BY v.turn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
marked AS (
  SELECT
    f.shopper, f.life, f.turn, f.moment, f.day, f.bot, f.adds, f.before, f.after, f.value_change, f.paid, f.inside,
    f.buys AND f.before > 0 AS consumes,
    CASE WHEN f.inside AND f.silence > 86400000 THEN f.moment - f.silence + 86400000 END AS abandoned_at
  FROM filled AS f
),
walked AS (
  SELECT
    m.*,
    MAX(CASE WHEN m.adds AND NOT m.inside THEN m.moment END) OVER so_far AS started_at,
    MAX(m.abandoned_at) OVER so_far AS left_at
  FROM marked AS m
  WINDOW so_far AS (PARTITION BY m.shopper, m.life ORDER BY m.turn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
gathered AS (
  SELECT
    w.shopper AS shopper,
    MIN(w.day) AS day,
    w.started_at AS started_at,
    MAX(w.moment) AS last_at,
    MIN(w.abandoned_at) AS abandoned_at,
    COUNT(w.abandoned_at) AS abandonments,
    MAX(CASE WHEN w.consumes THEN w.moment END) AS bought_at,
    CAST(SUM(CASE WHEN w.adds THEN w.after - w.before ELSE 0 END) AS BIGINT) AS pieces_in,
    CAST(SUM(CASE WHEN w.after > 0 THEN 1 ELSE 0 END) AS BIGINT)
      - CAST(SUM(CASE WHEN w.before > 0 THEN 1 ELSE 0 END) AS BIGINT) AS lines_left,
    CAST(SUM(w.after - w.before) AS BIGINT) AS pieces_left,
    CAST(SUM(w.value_change) AS BIGINT) AS value_left,
    COUNT(*) FILTER (WHERE w.consumes) AS purchases,
    CAST(SUM(CASE WHEN w.consumes THEN w.paid ELSE 0 END) AS BIGINT) AS value_bought,
    CAST(SUM(CASE WHEN w.consumes AND w.left_at > w.started_at THEN w.paid ELSE 0 END) AS BIGINT) AS value_recovered,
    MAX(w.bot) AS bot
  FROM walked AS w
  WHERE w.inside OR w.adds
  GROUP BY w.shopper, w.started_at
),
direct AS (
  SELECT
    v.shopper AS shopper,
    v.day AS day,
    MIN(v.moment) AS started_at,
    MAX(v.moment) AS last_at,
    COUNT(*) AS purchases,
    CAST(SUM(v.paid) AS BIGINT) AS value_bought,
    MAX(v.bot) AS bot
  FROM valued AS v
  WHERE v.buys AND v.before = 0
  GROUP BY v.shopper, v.day
),
told AS (
  SELECT
    g.shopper,
    CASE WHEN g.pieces_left > 0 THEN 'left' WHEN g.bought_at IS NOT NULL THEN 'bought' ELSE 'emptied' END AS ending,
    g.day, g.started_at, g.last_at, g.abandoned_at, g.abandonments, g.bought_at, g.pieces_in, g.lines_left,
    g.pieces_left, g.value_left, g.purchases, g.value_bought, g.value_recovered, g.bot
  FROM gathered AS g
  UNION ALL
  SELECT
    d.shopper, 'direct' AS ending, d.day, d.started_at, d.last_at, NULL AS abandoned_at, 0 AS abandonments,
    d.last_at AS bought_at, 0 AS pieces_in, 0 AS lines_left, 0 AS pieces_left, 0 AS value_left, d.purchases,
    d.value_bought, 0 AS value_recovered, d.bot
  FROM direct AS d
)
SELECT
  s.population AS population,
  s.visitor AS visitor,
  t.ending AS ending,
  t.day AS day,
  t.started_at AS started_at,
  t.last_at AS last_at,
  t.abandoned_at AS abandoned_at,
  t.abandonments AS abandonments,
  t.bought_at AS bought_at,
  t.pieces_in AS pieces_in,
  t.lines_left AS lines_left,
  t.pieces_left AS pieces_left,
  t.value_left AS value_left,
  t.purchases AS purchases,
  t.value_bought AS value_bought,
  t.value_recovered AS value_recovered,
  t.bot AS bot
FROM told AS t
JOIN shoppers AS s ON s.shopper = t.shopper
