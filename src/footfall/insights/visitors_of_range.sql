-- id: visitors_of_range
-- title: Unique visitors of a range of days
-- definition: Exact distinct visitors over the whole range, recounted from each day's visitors: days do not add up.
WITH visitors AS (
  SELECT visitor, MIN(bot) AS bot
  FROM visitor_days
  WHERE day BETWEEN $since AND $until
  GROUP BY visitor
)
SELECT COUNT(*) AS visitors_gross,
       COUNT(CASE WHEN bot < 2 THEN 1 END) AS visitors_known,
       COUNT(CASE WHEN bot = 0 THEN 1 END) AS visitors_net
FROM visitors
