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
--   ga4: users of a day, as that day's purchase journey report: those who added to a cart, abandoned unless they
--     bought anything after that on the same day. Days are added up: a user of two days counts twice.
--   matomo: visits with a cart, abandoned unless the same visit holds an order; a purchase in a later visit does not
--     count.
--   klaviyo: the added-to-cart flow, a session with an add being one entry: abandoned (the mail goes out) unless the
--     visitor placed any order within 4 hours of the session's first add. Vendors that need an e-mail address would
--     see only a part of these.
--   A session counts once the vendor's wait (10 minutes, 30 minutes, 4 hours) has passed by the data's end.
-- params: $since, $until (DATE, inclusive: days of the cart's or session's start)
-- columns: preset, unit, then each as _gross, _known, _net: carts (what the preset divides by), abandoned
SELECT
  p.preset AS preset,
  p.unit AS unit,
  CAST(COALESCE(SUM(d.carts_gross), 0) AS BIGINT) AS carts_gross,
  CAST(COALESCE(SUM(d.carts_known), 0) AS BIGINT) AS carts_known,
  CAST(COALESCE(SUM(d.carts_net), 0) AS BIGINT) AS carts_net,
  CAST(COALESCE(SUM(d.abandoned_gross), 0) AS BIGINT) AS abandoned_gross,
  CAST(COALESCE(SUM(d.abandoned_known), 0) AS BIGINT) AS abandoned_known,
  CAST(COALESCE(SUM(d.abandoned_net), 0) AS BIGINT) AS abandoned_net
FROM (
  VALUES
    ('footfall', 'cart', 1), ('shopify', 'session', 2), ('ga4', 'user and day', 3), ('matomo', 'session', 4),
    ('klaviyo', 'session', 5)
) AS p(preset, unit, place)
LEFT JOIN (
  SELECT day, preset, carts_gross, carts_known, carts_net, abandoned_gross, abandoned_known, abandoned_net
  FROM preset_days
  UNION ALL
  SELECT
    day, 'footfall' AS preset, decided_gross, decided_known, decided_net, abandonment_gross, abandonment_known,
    abandonment_net
  FROM cart_days
) AS d ON d.preset = p.preset AND d.day BETWEEN $since AND $until
GROUP BY p.preset, p.unit, p.place
ORDER BY p.place
