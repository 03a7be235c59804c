-- id: abandoned_carts
-- title: Abandoned carts
-- why: How many carts are left behind, what they hold, and what comes back by itself: the money that a recovery mail
--   can still win.
-- definition: A cart belongs to the visitor, lives across sessions, and counts on the local day of its start. Its
--   state at the data's end: `open`, last touched within 24 h (`at_risk`, a part of open, after 30 min); `abandoned`
--   after 24 h without cart activity, then `recovered` if bought within 7 days of that, else `lost`; `bought`, before
--   any abandonment; `partial`, some bought and some left for 24 h; `emptied`, all taken out: not abandoned. New
--   activity opens an abandoned cart again and starts its clock anew. Rate = abandonment / decided; open and emptied
--   carts are outside. A purchase with no cart line is a direct purchase: outside the rate; its share =
--   direct_purchases / purchases. A day is provisional until day + 8.
-- params: $since, $until (DATE, inclusive: days of start), $settled (DATE: the data's last local day - 8; later days
--   are provisional)
-- columns: day (NULL: the total), provisional, then each as _gross, _known, _net: open, at_risk, abandoned,
--   recovered, lost, partial, bought, emptied, abandonment (abandoned + recovered + lost + partial), decided (those +
--   bought), value_at_stake (last seen price x quantity left in abandoned, lost and partial carts), value_winnable
--   (the part of it in abandoned carts), value_recovered (paid after the cart's first abandonment), direct_purchases
--   and purchases (lines bought; those of carts on the cart's day)
SELECT
  t.day AS day,
  COALESCE(MAX(t.day) > $settled, FALSE) AS provisional,
  CAST(COALESCE(SUM(t.open_gross), 0) AS BIGINT) AS open_gross,
  CAST(COALESCE(SUM(t.open_known), 0) AS BIGINT) AS open_known,
  CAST(COALESCE(SUM(t.open_net), 0) AS BIGINT) AS open_net,
  CAST(COALESCE(SUM(t.at_risk_gross), 0) AS BIGINT) AS at_risk_gross,
  CAST(COALESCE(SUM(t.at_risk_known), 0) AS BIGINT) AS at_risk_known,
  CAST(COALESCE(SUM(t.at_risk_net), 0) AS BIGINT) AS at_risk_net,
  CAST(COALESCE(SUM(t.abandoned_gross), 0) AS BIGINT) AS abandoned_gross,
  CAST(COALESCE(SUM(t.abandoned_known), 0) AS BIGINT) AS abandoned_known,
  CAST(COALESCE(SUM(t.abandoned_net), 0) AS BIGINT) AS abandoned_net,
  CAST(COALESCE(SUM(t.recovered_gross), 0) AS BIGINT) AS recovered_gross,
  CAST(COALESCE(SUM(t.recovered_known), 0) AS BIGINT) AS recovered_known,
  CAST(COALESCE(SUM(t.recovered_net), 0) AS BIGINT) AS recovered_net,
  CAST(COALESCE(SUM(t.lost_gross), 0) AS BIGINT) AS lost_gross,
  CAST(COALESCE(SUM(t.lost_known), 0) AS BIGINT) AS lost_known,
  CAST(COALESCE(SUM(t.lost_net), 0) AS BIGINT) AS lost_net,
  CAST(COALESCE(SUM(t.partial_gross), 0) AS BIGINT) AS partial_gross,
  CAST(COALESCE(SUM(t.partial_known), 0) AS BIGINT) AS partial_known,
  CAST(COALESCE(SUM(t.partial_net), 0) AS BIGINT) AS partial_net,
  CAST(COALESCE(SUM(t.bought_gross), 0) AS BIGINT) AS bought_gross,
  CAST(COALESCE(SUM(t.bought_known), 0) AS BIGINT) AS bought_known,
  CAST(COALESCE(SUM(t.bought_net), 0) AS BIGINT) AS bought_net,
  CAST(COALESCE(SUM(t.emptied_gross), 0) AS BIGINT) AS emptied_gross,
  CAST(COALESCE(SUM(t.emptied_known), 0) AS BIGINT) AS emptied_known,
  CAST(COALESCE(SUM(t.emptied_net), 0) AS BIGINT) AS emptied_net,
  CAST(COALESCE(SUM(t.abandonment_gross), 0) AS BIGINT) AS abandonment_gross,
  CAST(COALESCE(SUM(t.abandonment_known), 0) AS BIGINT) AS abandonment_known,
  CAST(COALESCE(SUM(t.abandonment_net), 0) AS BIGINT) AS abandonment_net,
  CAST(COALESCE(SUM(t.decided_gross), 0) AS BIGINT) AS decided_gross,
  CAST(COALESCE(SUM(t.decided_known), 0) AS BIGINT) AS decided_known,
  CAST(COALESCE(SUM(t.decided_net), 0) AS BIGINT) AS decided_net,
  CAST(COALESCE(SUM(t.value_at_stake_gross), 0) AS BIGINT) AS value_at_stake_gross,
  CAST(COALESCE(SUM(t.value_at_stake_known), 0) AS BIGINT) AS value_at_stake_known,
  CAST(COALESCE(SUM(t.value_at_stake_net), 0) AS BIGINT) AS value_at_stake_net,
  CAST(COALESCE(SUM(t.value_winnable_gross), 0) AS BIGINT) AS value_winnable_gross,
  CAST(COALESCE(SUM(t.value_winnable_known), 0) AS BIGINT) AS value_winnable_known,
  CAST(COALESCE(SUM(t.value_winnable_net), 0) AS BIGINT) AS value_winnable_net,
  CAST(COALESCE(SUM(t.value_recovered_gross), 0) AS BIGINT) AS value_recovered_gross,
  CAST(COALESCE(SUM(t.value_recovered_known), 0) AS BIGINT) AS value_recovered_known,
  CAST(COALESCE(SUM(t.value_recovered_net), 0) AS BIGINT) AS value_recovered_net,
  CAST(COALESCE(SUM(t.direct_purchases_gross), 0) AS BIGINT) AS direct_purchases_gross,
  CAST(COALESCE(SUM(t.direct_purchases_known), 0) AS BIGINT) AS direct_purchases_known,
  CAST(COALESCE(SUM(t.direct_purchases_net), 0) AS BIGINT) AS direct_purchases_net,
  CAST(COALESCE(SUM(t.purchases_gross), 0) AS BIGINT) AS purchases_gross,
  CAST(COALESCE(SUM(t.purchases_known), 0) AS BIGINT) AS purchases_known,
  CAST(COALESCE(SUM(t.purchases_net), 0) AS BIGINT) AS purchases_net
FROM cart_days AS t
WHERE t.day BETWEEN $since AND $until
GROUP BY GROUPING SETS ((t.day), ())
ORDER BY day NULLS LAST
