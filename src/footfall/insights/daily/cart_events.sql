-- id: cart_events
-- title: Cart events
-- day: event_date
-- why: Everything the cart of a visitor is made from. For carts alone, repeats of (visitor, session, product, second,
--   type) count once: one real user has 78 identical cart rows in one second.
-- definition: Events of type cart, remove_from_cart and purchase that name a product. Of repeats: the first moment,
--   the highest price and quantity, the mildest verdict (so the repeat counts once in gross, known and net alike). A
--   quantity below one says nothing and is NULL. A refund gives money back, it does not fill a cart again: refunds
--   stay out.
-- columns: day, "at" (UTC epoch ms; AT is a keyword: quote or qualify it), turn (orders the events of a visitor
--   without ties: by time, at one instant removals, then adds, then purchases), visitor, session_date, session,
--   event_type, product_id, category, brand ('' for none), price (of one piece, minor units, 0 when missing),
--   quantity (NULL when not said), order_id, bot
WITH told AS (
  SELECT
    c.event_date AS day,
    MIN(c."at") AS moment,
    CASE c.event_type WHEN 'remove_from_cart' THEN 1 WHEN 'cart' THEN 2 ELSE 3 END AS step,
    c.visitor AS visitor,
    c.session_date AS session_date,
    c.session AS session,
    c.event_type AS event_type,
    c.product_id AS product_id,
    MAX(c.category) AS category,
    MAX(c.brand) AS brand,
    MAX(c.price) AS price,
    MAX(CASE WHEN c.quantity >= 1 THEN c.quantity END) AS quantity,
    MAX(c.order_id) AS order_id,
    MIN(c.bot) AS bot
  FROM clean AS c
  WHERE c.event_type IN ('cart', 'remove_from_cart', 'purchase') AND c.product_id IS NOT NULL
  GROUP BY c.event_date, c.visitor, c.session_date, c.session, c.event_type, c.product_id, c."at" - c."at" % 1000
)
SELECT
  t.day AS day,
  t.moment AS "at",
  t.moment * 1000000
    + ROW_NUMBER() OVER (
      PARTITION BY t.visitor, t.moment ORDER BY t.step, t.product_id, t.session_date, t.session
    ) AS turn,
  t.visitor AS visitor,
  t.session_date AS session_date,
  t.session AS session,
  t.event_type AS event_type,
  t.product_id AS product_id,
  t.category AS category,
  t.brand AS brand,
  t.price AS price,
  t.quantity AS quantity,
  t.order_id AS order_id,
  t.bot AS bot
FROM told AS t
