-- id: visitor_counts
-- title: Unique visitors and visits of every day
-- why: The counts of unique_visitors, so that asking reads a row a day and not one a visitor.
-- columns: as unique_visitors
WITH seen AS (
  SELECT day,
         COUNT(*) AS visitors_gross,
         COUNT(CASE WHEN bot < 2 THEN 1 END) AS visitors_known,
         COUNT(CASE WHEN bot = 0 THEN 1 END) AS visitors_net
  FROM visitor_days
  GROUP BY day
), fresh AS (
  SELECT day,
         COUNT(*) AS new_gross,
         COUNT(CASE WHEN bot < 2 THEN 1 END) AS new_known,
         COUNT(CASE WHEN bot = 0 THEN 1 END) AS new_net
  FROM first_days
  GROUP BY day
)
SELECT seen.day,
       visitors_gross, visitors_known, visitors_net,
       COALESCE(new_gross, 0) AS new_gross, COALESCE(new_known, 0) AS new_known, COALESCE(new_net, 0) AS new_net,
       visitors_gross - COALESCE(new_gross, 0) AS returning_gross,
       visitors_known - COALESCE(new_known, 0) AS returning_known,
       visitors_net - COALESCE(new_net, 0) AS returning_net,
       COALESCE(sessions_gross, 0) AS sessions_gross,
       COALESCE(sessions_known, 0) AS sessions_known,
       COALESCE(sessions_net, 0) AS sessions_net
FROM seen
LEFT JOIN fresh ON seen.day = fresh.day
LEFT JOIN session_days ON seen.day = session_days.day
