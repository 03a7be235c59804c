-- id: top_categories
-- title: Top categories by hour and by weekday
-- why: When does each category draw interest, sell, and earn? Stock the shop window, the mail and the staff by it.
-- definition: Interest (sessions that viewed the category), conversion (those of them that bought it) and revenue per interested
--   session, for every hour of the week; the tables by hour and by weekday are the margins of these cells. Figures are divided by
--   how often that hour of the week occurred. Lift = (interest + k) / (E + k), E = category total x hour total / total, k fitted;
--   conversion index = the same of buyers, against category rate x store-hour index (how an hour sells against what its own mix
--   of categories would). A session that looks in two hours is interested in both. A null category falls back to its
--   category_id. Category '*' is the whole store.
-- columns: weekday (ISO), hour, category, then interest, buyers, views, purchases, revenue (minor units), each _gross, _known, _net
SELECT
  weekday AS weekday,
  hour AS hour,
  category AS category,
  CAST(SUM(interest_gross) AS BIGINT) AS interest_gross,
  CAST(SUM(interest_known) AS BIGINT) AS interest_known,
  CAST(SUM(interest_net) AS BIGINT) AS interest_net,
  CAST(SUM(buyers_gross) AS BIGINT) AS buyers_gross,
  CAST(SUM(buyers_known) AS BIGINT) AS buyers_known,
  CAST(SUM(buyers_net) AS BIGINT) AS buyers_net,
  CAST(SUM(views_gross) AS BIGINT) AS views_gross,
  CAST(SUM(views_known) AS BIGINT) AS views_known,
  CAST(SUM(views_net) AS BIGINT) AS views_net,
  CAST(SUM(purchases_gross) AS BIGINT) AS purchases_gross,
  CAST(SUM(purchases_known) AS BIGINT) AS purchases_known,
  CAST(SUM(purchases_net) AS BIGINT) AS purchases_net,
  CAST(SUM(revenue_gross) AS BIGINT) AS revenue_gross,
  CAST(SUM(revenue_known) AS BIGINT) AS revenue_known,
  CAST(SUM(revenue_net) AS BIGINT) AS revenue_net
FROM category_hours
WHERE day >= $since AND day <= $until
GROUP BY weekday, hour, category
ORDER BY weekday, hour, category
