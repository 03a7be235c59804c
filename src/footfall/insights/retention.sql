-- id: retention
-- title: Who buys again
-- definition: Buyers by the week of their first purchase ever (weeks begin on Monday), and how many of them bought again in
--   each week since.
SELECT cohort, week, buyers_gross, buyers_known, buyers_net
FROM cohorts
WHERE cohort BETWEEN $since_week AND $until
ORDER BY cohort, week
