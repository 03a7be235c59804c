-- id: retention
-- title: Who buys again
-- definition: Buyers by the week of their first purchase ever (weeks begin on Monday), and how many of them bought again in
--   each week since. Net of bots.
SELECT cohort, week, buyers
FROM cohorts
WHERE cohort BETWEEN $since_week AND $until
ORDER BY cohort, week
