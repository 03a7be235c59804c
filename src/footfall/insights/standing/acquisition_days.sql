-- id: acquisition_days
-- title: Where customers come from, by the day of their first visit
-- columns: what the day's new visitors bought since then
WITH arrivals AS (
  SELECT first_days.day, first_days.visitor, first_days.bot,
         CASE WHEN arrival_days.campaign <> '' THEN arrival_days.campaign
              WHEN arrival_days.referrer LIKE '%google.%' OR arrival_days.referrer LIKE '%bing.%'
                OR arrival_days.referrer LIKE '%duckduckgo.%' OR arrival_days.referrer LIKE '%yahoo.%'
                OR arrival_days.referrer LIKE '%yandex.%' OR arrival_days.referrer LIKE '%baidu.%'
                OR arrival_days.referrer LIKE '%ecosia.%' THEN 'organic search'
              WHEN arrival_days.referrer LIKE '%facebook.%' OR arrival_days.referrer LIKE '%instagram.%'
                OR arrival_days.referrer LIKE '%tiktok.%' OR arrival_days.referrer LIKE '%pinterest.%'
                OR arrival_days.referrer LIKE '%youtube.%' OR arrival_days.referrer LIKE '%twitter.%'
                OR arrival_days.referrer LIKE '%//t.co%' OR arrival_days.referrer LIKE '%reddit.%'
                OR arrival_days.referrer LIKE '%linkedin.%' THEN 'social'
              WHEN arrival_days.referrer <> '' THEN 'referral'
              ELSE 'direct' END AS channel
  FROM first_days
  LEFT JOIN arrival_days ON first_days.day = arrival_days.day AND first_days.visitor = arrival_days.visitor
), buyers AS (
  SELECT visitor,
         SUM(orders) AS orders_gross,
         SUM(CASE WHEN bot < 2 THEN orders ELSE 0 END) AS orders_known,
         SUM(CASE WHEN bot = 0 THEN orders ELSE 0 END) AS orders_net,
         SUM(sales - refunds) AS revenue_gross,
         SUM(CASE WHEN bot < 2 THEN sales - refunds ELSE 0 END) AS revenue_known,
         SUM(CASE WHEN bot = 0 THEN sales - refunds ELSE 0 END) AS revenue_net
  FROM purchase_days
  GROUP BY visitor
)
SELECT arrivals.day, arrivals.channel,
       COUNT(*) AS visitors_gross,
       COUNT(CASE WHEN bot < 2 THEN 1 END) AS visitors_known,
       COUNT(CASE WHEN bot = 0 THEN 1 END) AS visitors_net,
       COUNT(CASE WHEN orders_gross > 0 THEN 1 END) AS buyers_gross,
       COUNT(CASE WHEN bot < 2 AND orders_known > 0 THEN 1 END) AS buyers_known,
       COUNT(CASE WHEN bot = 0 AND orders_net > 0 THEN 1 END) AS buyers_net,
       CAST(COALESCE(SUM(orders_gross), 0) AS BIGINT) AS orders_gross,
       CAST(COALESCE(SUM(CASE WHEN bot < 2 THEN orders_known END), 0) AS BIGINT) AS orders_known,
       CAST(COALESCE(SUM(CASE WHEN bot = 0 THEN orders_net END), 0) AS BIGINT) AS orders_net,
       CAST(COALESCE(SUM(revenue_gross), 0) AS BIGINT) AS revenue_gross,
       CAST(COALESCE(SUM(CASE WHEN bot < 2 THEN revenue_known END), 0) AS BIGINT) AS revenue_known,
       CAST(COALESCE(SUM(CASE WHEN bot = 0 THEN revenue_net END), 0) AS BIGINT) AS revenue_net
FROM arrivals
LEFT JOIN buyers ON arrivals.visitor = buyers.visitor
GROUP BY arrivals.day, arrivals.channel
