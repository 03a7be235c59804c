-- id: brands_to_promote
-- title: Brands that need promotion
-- why: Which brands sell well but are hardly seen (promote them), and which are seen but not bought (fix price, page or stock)?
-- definition: Unit = session x brand exposure; success = bought that brand. Compared within category (level 2 and deeper) and price
--   third, with at least 5 named brands; with fewer, within the category's first two levels. A Beta-Binomial prior is fitted per
--   category, its mean by price third; P = posterior probability that the rate is under 0.8 x the category's, bands combined by
--   exposures. Money = exposures x (category rate - posterior mean) x the brand's average line. Fix: P >= 0.9. Fading: its
--   exposure falls against its category four weeks running, beyond chance (p <= 0.01). Promote: more likely than not to sell at
--   least as well as its category, and seen under 0.7 of its share of the range (most products on a day). Fine. Too little data:
--   nobody to compare with, or fewer exposures than would let expect 5 buyers (the printed floor). The first that holds counts.
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
