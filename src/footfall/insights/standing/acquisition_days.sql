-- id: acquisition_days
-- title: Where customers come from, by the day of their first visit
-- columns: what the day's new visitors bought since then, net of bots
WITH arrivals AS (
  SELECT first_days.day, first_days.visitor,
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
  WHERE first_days.bot = 0
), buyers AS (
  SELECT visitor, SUM(orders) AS orders, SUM(sales - refunds) AS revenue
  FROM purchase_days
  WHERE bot = 0
  GROUP BY visitor
)
SELECT arrivals.day, arrivals.channel,
       COUNT(*) AS visitors,
       COUNT(CASE WHEN buyers.orders > 0 THEN 1 END) AS buyers,
       CAST(COALESCE(SUM(buyers.orders), 0) AS BIGINT) AS orders,
       CAST(COALESCE(SUM(buyers.revenue), 0) AS BIGINT) AS revenue
FROM arrivals
LEFT JOIN buyers ON arrivals.visitor = buyers.visitor
GROUP BY arrivals.day, arrivals.channel
