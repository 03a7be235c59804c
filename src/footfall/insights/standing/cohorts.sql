-- id: cohorts
-- title: Buyers by the week of their first purchase, and the weeks they bought in since
-- columns: a buyer's first week is that of the first purchase that counts
WITH weeks AS (
  SELECT visitor, week, MIN(bot) AS bot
  FROM purchase_days
  WHERE orders > 0
  GROUP BY visitor, week
), firsts AS (
  SELECT visitor,
         MIN(week) AS gross,
         MIN(CASE WHEN bot < 2 THEN week END) AS known,
         MIN(CASE WHEN bot = 0 THEN week END) AS net
  FROM weeks
  GROUP BY visitor
), bought AS (
  SELECT firsts.gross AS cohort, weeks.week, 1 AS gross, 0 AS known, 0 AS net
  FROM weeks JOIN firsts ON weeks.visitor = firsts.visitor
  UNION ALL
  SELECT firsts.known AS cohort, weeks.week, 0 AS gross, 1 AS known, 0 AS net
  FROM weeks JOIN firsts ON weeks.visitor = firsts.visitor
  WHERE weeks.bot < 2
  UNION ALL
  SELECT firsts.net AS cohort, weeks.week, 0 AS gross, 0 AS known, 1 AS net
  FROM weeks JOIN firsts ON weeks.visitor = firsts.visitor
  WHERE weeks.bot = 0
)
SELECT cohort, week,
       CAST(SUM(gross) AS BIGINT) AS buyers_gross,
       CAST(SUM(known) AS BIGINT) AS buyers_known,
       CAST(SUM(net) AS BIGINT) AS buyers_net
FROM bought
GROUP BY cohort, week
