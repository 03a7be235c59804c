-- id: arrival_days
-- title: Where visitors came from
-- day: session_date
-- needs: campaign, referrer
-- columns: one row a visitor whose first visit of the day began with a campaign or a referrer; all others came directly.
--   What a bot did counts only of a visitor who was nothing else that day
WITH visits AS (
  SELECT session_date, session, bot, MIN("at") AS began
  FROM clean
  GROUP BY session_date, session, bot
), firsts AS (
  SELECT clean.session_date, clean.visitor,
         MIN(CONCAT(CAST(clean.bot AS VARCHAR), LPAD(CAST(began AS VARCHAR), 13, '0'), COALESCE(clean.campaign, ''))) AS campaign,
         MIN(CONCAT(CAST(clean.bot AS VARCHAR), LPAD(CAST(began AS VARCHAR), 13, '0'), COALESCE(clean.referrer, ''))) AS referrer
  FROM clean
  JOIN visits ON clean.session_date = visits.session_date AND clean.session = visits.session
    AND clean.bot = visits.bot AND clean."at" = visits.began
  GROUP BY clean.session_date, clean.visitor
)
SELECT session_date AS day, visitor, SUBSTRING(campaign, 15) AS campaign, SUBSTRING(referrer, 15) AS referrer
FROM firsts
WHERE LENGTH(campaign) > 14 OR LENGTH(referrer) > 14
