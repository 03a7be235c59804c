-- id: arrival_days
-- title: Where visitors came from
-- day: session_date
-- needs: campaign, referrer
-- columns: one row a visitor whose first visit of the day began with a campaign or a referrer; all others came directly
WITH visits AS (
  SELECT session_date, session, MIN("at") AS began
  FROM clean
  WHERE bot = 0
  GROUP BY session_date, session
), firsts AS (
  SELECT clean.session_date, clean.visitor,
         MIN(CONCAT(LPAD(CAST(began AS VARCHAR), 13, '0'), COALESCE(clean.campaign, ''))) AS campaign,
         MIN(CONCAT(LPAD(CAST(began AS VARCHAR), 13, '0'), COALESCE(clean.referrer, ''))) AS referrer
  FROM clean
  JOIN visits ON clean.session_date = visits.session_date AND clean.session = visits.session AND clean."at" = visits.began
  WHERE clean.bot = 0
  GROUP BY clean.session_date, clean.visitor
)
SELECT session_date AS day, visitor, SUBSTRING(campaign, 14) AS campaign, SUBSTRING(referrer, 14) AS referrer
FROM firsts
WHERE LENGTH(campaign) > 13 OR LENGTH(referrer) > 13
