-- id: brands_to_promote
-- title: Brands that need promotion
-- why: Which brands sell well but are hardly seen (promote them), and which are seen but not bought (fix price, page or stock)?
-- definition: Unit = session x brand exposure; success = bought that brand. Compared within category (level 2 and deeper) and price
--   third, with at least 5 brands; with fewer, within the category's first two levels. A Beta-Binomial prior is fitted per category;
--   P = posterior probability that the rate is under 0.8 x the category's. Money = exposures x (category rate - posterior mean) x the
--   brand's average line. Promote: sells at least as well as its category, seen less than its share of the range. Fix: P >= 0.9.
--   Fading: its exposure falls against its category four weeks running. Fine. Too little data: under the printed floor.
-- columns: week (its Monday), category, band (price third: 1 cheap, 3 dear), brand ('' where a product names none), products (the
--   most on one day), then exposed, carted, bought, purchases, revenue (minor units), each _gross, _known, _net
SELECT
  week AS week,
  category AS category,
  band AS band,
  brand AS brand,
  CAST(MAX(products) AS BIGINT) AS products,
  CAST(SUM(exposed_gross) AS BIGINT) AS exposed_gross,
  CAST(SUM(exposed_known) AS BIGINT) AS exposed_known,
  CAST(SUM(exposed_net) AS BIGINT) AS exposed_net,
  CAST(SUM(carted_gross) AS BIGINT) AS carted_gross,
  CAST(SUM(carted_known) AS BIGINT) AS carted_known,
  CAST(SUM(carted_net) AS BIGINT) AS carted_net,
  CAST(SUM(bought_gross) AS BIGINT) AS bought_gross,
  CAST(SUM(bought_known) AS BIGINT) AS bought_known,
  CAST(SUM(bought_net) AS BIGINT) AS bought_net,
  CAST(SUM(purchases_gross) AS BIGINT) AS purchases_gross,
  CAST(SUM(purchases_known) AS BIGINT) AS purchases_known,
  CAST(SUM(purchases_net) AS BIGINT) AS purchases_net,
  CAST(SUM(revenue_gross) AS BIGINT) AS revenue_gross,
  CAST(SUM(revenue_known) AS BIGINT) AS revenue_known,
  CAST(SUM(revenue_net) AS BIGINT) AS revenue_net
FROM brand_days
WHERE day >= $since AND day <= $until
GROUP BY week, category, band, brand
ORDER BY week, category, band, brand
