-- id: unique_visitors
-- title: Unique visitors per day
-- definition: Exact distinct visitors of each store-local day. A visitor is the user; else the user that the browser or
--   session was later linked to; else the browser; else the session. New: never seen on an earlier day.
--   A visit ends after 30 minutes of silence and belongs to the day it began.
WITH seen AS (
  SELECT day,
         COUNT(*) AS visitors_gross,
         COUNT(CASE WHEN bot < 2 THEN 1 END) AS visitors_known,
         COUNT(CASE WHEN bot = 0 THEN 1 END) AS visitors_net
  FROM visitor_days
  WHERE day BETWEEN $since AND $until
  GROUP BY day
), fresh AS (
  SELECT day,
         COUNT(*) AS new_gross,
         COUNT(CASE WHEN bot < 2 THEN 1 END) AS new_known,
         COUNT(CASE WHEN bot = 0 THEN 1 END) AS new_net
  FROM first_days
  WHERE day BETWEEN $since AND $until
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
ORDER BY seen.day
