-- id: recovery_list
-- title: Carts to win back
-- why: Whom to write to, about what: every cart abandoned now, whole, never cut.
-- definition: A cart is abandoned now when something is left in it, none of it was bought, and its last activity lies
--   over 24 h and no more than 24 h + 7 days before the data's end. Carts of flagged visitors are in the list as all
--   events tell it, with their verdict.
-- columns: a row a line left, the dearest first; `line` = 1 alone gives a row a cart. visitor, line (1, 2, ... in the
--   cart), product_id, category, brand, quantity (left), price (last seen, minor units), line_value, items (pieces
--   left in the cart), value (of the cart), started_at, last_activity_at, abandoned_at, lost_at (epoch ms; the cart
--   is lost if not bought until then), abandoned_before (times the visitor had abandoned a cart before), bot (0
--   person, 1 found by detection, 2 known bot: the worst among the cart's events)
SELECT
  r.visitor AS visitor,
  r.line AS line,
  r.product_id AS product_id,
  r.category AS category,
  r.brand AS brand,
  r.quantity AS quantity,
  r.price AS price,
  r.line_value AS line_value,
  r.items AS items,
  r.value AS value,
  r.started_at AS started_at,
  r.last_activity_at AS last_activity_at,
  r.abandoned_at AS abandoned_at,
  r.lost_at AS lost_at,
  r.abandoned_before AS abandoned_before,
  r.bot AS bot
FROM recovery_lines AS r
ORDER BY r.place, r.line
