-- id: funnel
-- title: View, cart, purchase, by category and brand
-- definition: Visits that saw a brand in a category, those of them that put it in the cart, those that bought it; a visit
--   that saw the brand in two price bands counts in both. Sales are all purchases of it, seen or not, in minor units.
--   The row without a category is the whole store: visits that viewed, carted, bought anything.
WITH steps AS (
  SELECT CAST(NULL AS VARCHAR) AS category,
         CAST(NULL AS VARCHAR) AS brand,
         CAST(SUM(viewed_gross) AS BIGINT) AS viewed_gross,
         CAST(SUM(viewed_known) AS BIGINT) AS viewed_known,
         CAST(SUM(viewed_net) AS BIGINT) AS viewed_net,
         CAST(SUM(carted_gross) AS BIGINT) AS carted_gross,
         CAST(SUM(carted_known) AS BIGINT) AS carted_known,
         CAST(SUM(carted_net) AS BIGINT) AS carted_net,
         CAST(SUM(bought_gross) AS BIGINT) AS bought_gross,
         CAST(SUM(bought_known) AS BIGINT) AS bought_known,
         CAST(SUM(bought_net) AS BIGINT) AS bought_net,
         CAST(NULL AS BIGINT) AS sales_gross,
         CAST(NULL AS BIGINT) AS sales_known,
         CAST(NULL AS BIGINT) AS sales_net
  FROM session_days
  WHERE day BETWEEN $since AND $until
  UNION ALL
  SELECT category,
         brand,
         CAST(SUM(exposed_gross) AS BIGINT),
         CAST(SUM(exposed_known) AS BIGINT),
         CAST(SUM(exposed_net) AS BIGINT),
         CAST(SUM(carted_gross) AS BIGINT),
         CAST(SUM(carted_known) AS BIGINT),
         CAST(SUM(carted_net) AS BIGINT),
         CAST(SUM(bought_gross) AS BIGINT),
         CAST(SUM(bought_known) AS BIGINT),
         CAST(SUM(bought_net) AS BIGINT),
         CAST(SUM(revenue_gross) AS BIGINT),
         CAST(SUM(revenue_known) AS BIGINT),
         CAST(SUM(revenue_net) AS BIGINT)
  FROM brand_days
  WHERE day BETWEEN $since AND $until
  GROUP BY category, brand
)
SELECT *
FROM steps
ORDER BY CASE WHEN category IS NULL THEN 0 ELSE 1 END, viewed_net DESC, category, brand
