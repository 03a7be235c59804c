-- id: discount_windows
-- title: When a discount has room, and when it is given away
-- why: In some hours shoppers come to a category and do not buy: there a price nudge has room. Where interest and conversion are
--   both high a discount is given away; where interest is low, bring visitors instead.
-- definition: A discount window is an hour of the week with lift >= 1.15 and conversion index <= 0.85, overall and in at least 4 of
--   6 weeks; harvest: lift >= 1.15 and index >= 1.15; quiet: lift <= 0.85. Lift = (n + k) / (E + k), E = category x hour / total
--   within each week; conversion index = the same of buyers against category rate x store-hour index; k is fitted by a mixture of
--   gammas, so that a few odd cells keep their size beside thousands of usual ones. A week whose interest leaps to 1.5 times the
--   cell's median and more, beyond chance, is set aside. p = the larger of two p-values: of interest above E, and of buyers below
--   expectation. A candidate has p <= 0.01; with under six weeks of data a window is a candidate at most. Benjamini-Hochberg
--   (q = 0.1, no more than one false window in all, tests counted where there is something to find: AdaFilter) turns a candidate
--   into a confirmed one. Expected gain = interested sessions x (expected - observed conversion) x mean line. It is an
--   association: test it by switching the discount on and off in alternate weeks.
-- columns: week (its Monday), weekday (ISO), hour, category ('*' = the store), then interest, buyers, purchases, revenue (minor
--   units), each _gross, _known, _net
SELECT
  week AS week,
  weekday AS weekday,
  hour AS hour,
  category AS category,
  CAST(SUM(interest_gross) AS BIGINT) AS interest_gross,
  CAST(SUM(interest_known) AS BIGINT) AS interest_known,
  CAST(SUM(interest_net) AS BIGINT) AS interest_net,
  CAST(SUM(buyers_gross) AS BIGINT) AS buyers_gross,
  CAST(SUM(buyers_known) AS BIGINT) AS buyers_known,
  CAST(SUM(buyers_net) AS BIGINT) AS buyers_net,
  CAST(SUM(purchases_gross) AS BIGINT) AS purchases_gross,
  CAST(SUM(purchases_known) AS BIGINT) AS purchases_known,
  CAST(SUM(purchases_net) AS BIGINT) AS purchases_net,
  CAST(SUM(revenue_gross) AS BIGINT) AS revenue_gross,
  CAST(SUM(revenue_known) AS BIGINT) AS revenue_known,
  CAST(SUM(revenue_net) AS BIGINT) AS revenue_net
FROM category_hours
WHERE day >= $since AND day <= $until
GROUP BY week, weekday, hour, category
ORDER BY week, weekday, hour, category
