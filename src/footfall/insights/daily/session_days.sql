-- id: session_days
-- title: How many visits, and how far they went
-- day: session_date
-- adds: day
-- columns: sessions of a count are those with an event in it; viewed, carted and bought say in how many that happened
WITH marks AS (
  SELECT session_date, session, bot,
         MAX(CASE WHEN event_type = 'view' THEN 1 ELSE 0 END) AS viewed,
         MAX(CASE WHEN event_type = 'cart' THEN 1 ELSE 0 END) AS carted,
         MAX(CASE WHEN event_type = 'purchase' THEN 1 ELSE 0 END) AS bought
  FROM clean
  GROUP BY session_date, session, bot
), visits AS (
  SELECT session_date, session,
         MIN(bot) AS bot,
         MAX(viewed) AS viewed_gross,
         MAX(carted) AS carted_gross,
         MAX(bought) AS bought_gross,
         MAX(CASE WHEN bot < 2 THEN viewed ELSE 0 END) AS viewed_known,
         MAX(CASE WHEN bot < 2 THEN carted ELSE 0 END) AS carted_known,
         MAX(CASE WHEN bot < 2 THEN bought ELSE 0 END) AS bought_known,
         MAX(CASE WHEN bot = 0 THEN viewed ELSE 0 END) AS viewed_net,
         MAX(CASE WHEN bot = 0 THEN carted ELSE 0 END) AS carted_net,
         MAX(CASE WHEN bot = 0 THEN bought ELSE 0 END) AS bought_net
  FROM marks
  GROUP BY session_date, session
)
SELECT session_date AS day,
       COUNT(*) AS sessions_gross,
       COUNT(CASE WHEN bot < 2 THEN 1 END) AS sessions_known,
       COUNT(CASE WHEN bot = 0 THEN 1 END) AS sessions_net,
       CAST(SUM(viewed_gross) AS BIGINT) AS viewed_gross,
       CAST(SUM(viewed_known) AS BIGINT) AS viewed_known,
       CAST(SUM(viewed_net) AS BIGINT) AS viewed_net,
       CAST(SUM(carted_gross) AS BIGINT) AS carted_gross,
       CAST(SUM(carted_known) AS BIGINT) AS carted_known,
       CAST(SUM(carted_net) AS BIGINT) AS carted_net,
       CAST(SUM(bought_gross) AS BIGINT) AS bought_gross,
       CAST(SUM(bought_known) AS BIGINT) AS bought_known,
       CAST(SUM(bought_net) AS BIGINT) AS bought_net
FROM visits
GROUP BY session_date
