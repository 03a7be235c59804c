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
-- params: $since, $until (DATE, inclusive: days of start), $as_of (BIGINT: the data's end, epoch ms, no event later),
--   $settled (DATE: the data's last local day - 8; later days are provisional)
-- reads: carts
-- columns: day (NULL: the total), provisional, then each as _gross, _known, _net: open, at_risk, abandoned,
--   recovered, lost, partial, bought, emptied, abandonment (abandoned + recovered + lost + partial), decided (those +
--   bought), value_at_stake (last seen price x quantity left in abandoned, lost and partial carts), value_winnable
--   (the part of it in abandoned carts), value_recovered (paid after the cart's first abandonment), direct_purchases
--   and purchases (lines bought; those of carts on the cart's day)
WITH judged AS (
  SELECT
    c.day,
    c.population,
    $as_of - c.last_at AS silence,
    c.value_left,
    c.value_recovered,
    c.purchases,
    CASE
      WHEN c.ending = 'bought' AND c.bought_at > c.abandoned_at THEN 'recovered'
      WHEN c.ending <> 'left' THEN c.ending
      WHEN $as_of - c.last_at <= 86400000 THEN 'open'
      WHEN c.bought_at IS NOT NULL THEN 'partial'
      WHEN $as_of - c.last_at <= 691200000 THEN 'abandoned'
      ELSE 'lost'
    END AS state
  FROM carts AS c
  WHERE c.day BETWEEN $since AND $until
),
tallied AS (
  SELECT
    j.day AS day,
    j.state AS state,
    j.population IN ('every', 'gross') AS gross,
    j.population IN ('every', 'known') AS known,
    j.population IN ('every', 'net') AS net,
    j.state IN ('abandoned', 'recovered', 'lost', 'partial') AS given_up,
    j.state IN ('abandoned', 'recovered', 'lost', 'partial', 'bought') AS decided,
    j.state = 'abandoned' AS winnable,
    COUNT(*) AS carts,
    COUNT(*) FILTER (WHERE j.state = 'open' AND j.silence > 1800000) AS at_risk,
    SUM(j.value_left) AS value_left,
    SUM(j.value_recovered) AS value_recovered,
    SUM(j.purchases) AS purchases
  FROM judged AS j
  GROUP BY j.day, j.state, j.population
)
SELECT
  t.day AS day,
  COALESCE(MAX(t.day) > $settled, FALSE) AS provisional,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'open' AND t.gross), 0) AS BIGINT) AS open_gross,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'open' AND t.known), 0) AS BIGINT) AS open_known,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'open' AND t.net), 0) AS BIGINT) AS open_net,
  CAST(COALESCE(SUM(t.at_risk) FILTER (WHERE t.gross), 0) AS BIGINT) AS at_risk_gross,
  CAST(COALESCE(SUM(t.at_risk) FILTER (WHERE t.known), 0) AS BIGINT) AS at_risk_known,
  CAST(COALESCE(SUM(t.at_risk) FILTER (WHERE t.net), 0) AS BIGINT) AS at_risk_net,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'abandoned' AND t.gross), 0) AS BIGINT) AS abandoned_gross,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'abandoned' AND t.known), 0) AS BIGINT) AS abandoned_known,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'abandoned' AND t.net), 0) AS BIGINT) AS abandoned_net,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'recovered' AND t.gross), 0) AS BIGINT) AS recovered_gross,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'recovered' AND t.known), 0) AS BIGINT) AS recovered_known,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'recovered' AND t.net), 0) AS BIGINT) AS recovered_net,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'lost' AND t.gross), 0) AS BIGINT) AS lost_gross,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'lost' AND t.known), 0) AS BIGINT) AS lost_known,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'lost' AND t.net), 0) AS BIGINT) AS lost_net,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'partial' AND t.gross), 0) AS BIGINT) AS partial_gross,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'partial' AND t.known), 0) AS BIGINT) AS partial_known,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'partial' AND t.net), 0) AS BIGINT) AS partial_net,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'bought' AND t.gross), 0) AS BIGINT) AS bought_gross,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'bought' AND t.known), 0) AS BIGINT) AS bought_known,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'bought' AND t.net), 0) AS BIGINT) AS bought_net,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'emptied' AND t.gross), 0) AS BIGINT) AS emptied_gross,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'emptied' AND t.known), 0) AS BIGINT) AS emptied_known,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.state = 'emptied' AND t.net), 0) AS BIGINT) AS emptied_net,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.given_up AND t.gross), 0) AS BIGINT) AS abandonment_gross,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.given_up AND t.known), 0) AS BIGINT) AS abandonment_known,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.given_up AND t.net), 0) AS BIGINT) AS abandonment_net,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.decided AND t.gross), 0) AS BIGINT) AS decided_gross,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.decided AND t.known), 0) AS BIGINT) AS decided_known,
  CAST(COALESCE(SUM(t.carts) FILTER (WHERE t.decided AND t.net), 0) AS BIGINT) AS decided_net,
  CAST(COALESCE(SUM(t.value_left) FILTER (WHERE t.given_up AND t.gross), 0) AS BIGINT) AS value_at_stake_gross,
  CAST(COALESCE(SUM(t.value_left) FILTER (WHERE t.given_up AND t.known), 0) AS BIGINT) AS value_at_stake_known,
  CAST(COALESCE(SUM(t.value_left) FILTER (WHERE t.given_up AND t.net), 0) AS BIGINT) AS value_at_stake_net,
  CAST(COALESCE(SUM(t.value_left) FILTER (WHERE t.winnable AND t.gross), 0) AS BIGINT) AS value_winnable_gross,
  CAST(COALESCE(SUM(t.value_left) FILTER (WHERE t.winnable AND t.known), 0) AS BIGINT) AS value_winnable_known,
  CAST(COALESCE(SUM(t.value_left) FILTER (WHERE t.winnable AND t.net), 0) AS BIGINT) AS value_winnable_net,
  CAST(COALESCE(SUM(t.value_recovered) FILTER (WHERE t.gross), 0) AS BIGINT) AS value_recovered_gross,
  CAST(COALESCE(SUM(t.value_recovered) FILTER (WHERE t.known), 0) AS BIGINT) AS value_recovered_known,
  CAST(COALESCE(SUM(t.value_recovered) FILTER (WHERE t.net), 0) AS BIGINT) AS value_recovered_net,
  CAST(COALESCE(SUM(t.purchases) FILTER (WHERE t.state = 'direct' AND t.gross), 0) AS BIGINT) AS direct_purchases_gross,
  CAST(COALESCE(SUM(t.purchases) FILTER (WHERE t.state = 'direct' AND t.known), 0) AS BIGINT) AS direct_purchases_known,
  CAST(COALESCE(SUM(t.purchases) FILTER (WHERE t.state = 'direct' AND t.net), 0) AS BIGINT) AS direct_purchases_net,
  CAST(COALESCE(SUM(t.purchases) FILTER (WHERE t.gross), 0) AS BIGINT) AS purchases_gross,
  CAST(COALESCE(SUM(t.purchases) FILTER (WHERE t.known), 0) AS BIGINT) AS purchases_known,
  CAST(COALESCE(SUM(t.purchases) FILTER (WHERE t.net), 0) AS BIGINT) AS purchases_net
FROM tallied AS t
GROUP BY GROUPING SETS ((t.day), ())
ORDER BY day NULLS LAST
