-- id: cart_days
-- title: Carts by the day they began and their state now
-- why: States follow from the facts of a cart and the data's end, so they are told anew whenever the data changes.
-- params: $as_of (BIGINT: the data's end, epoch ms, no event later)
-- columns: day, then the measures of abandoned_carts, each _gross, _known and _net
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
GROUP BY t.day
