-- id: cohorts
-- title: Buyers by the week of their first purchase, and the weeks they bought in since
WITH firsts AS (
  SELECT visitor, MIN(week) AS cohort
  FROM purchase_days
  WHERE bot = 0 AND orders > 0
  GROUP BY visitor
), bought AS (
  SELECT DISTINCT visitor, week
  FROM purchase_days
  WHERE bot = 0 AND orders > 0
)
SELECT firsts.cohort, bought.week, COUNT(*) AS buyers
FROM firsts
JOIN bought ON firsts.visitor = bought.visitor
GROUP BY firsts.cohort, bought.week
