-- id: members
-- version: 2
-- title: What each product, agent and campaign, and the site, did in a minute
-- why: the rules that ask whether something is more than usual compare with averages of these rows; members below a floor are left out, for what is rare needs no average. Outside of any visit hands are counted, not requests: one busy program is no crowd.
-- window: 60 seconds
-- hop: 60 seconds
SELECT 'site' AS dimension, site AS member,
       count(*) AS events,
       count(*) FILTER (WHERE event_type = 'view') AS views,
       count(*) FILTER (WHERE event_type = 'cart') AS carts,
       count(*) FILTER (WHERE event_type = 'purchase') AS purchases,
       count(*) FILTER (WHERE event_type = 'login_failed') AS failed_logins,
       count(*) FILTER (WHERE event_type = 'payment_failed') AS failed_payments,
       count(DISTINCT actor) FILTER (WHERE user_session IS NULL) AS outside,
       count(DISTINCT actor) AS visits
FROM events
WHERE verified = 0
GROUP BY site
UNION ALL
SELECT 'product' AS dimension, product_id AS member,
       count(*) AS events,
       count(*) FILTER (WHERE event_type = 'view') AS views,
       count(*) FILTER (WHERE event_type = 'cart') AS carts,
       count(*) FILTER (WHERE event_type = 'purchase') AS purchases,
       count(*) FILTER (WHERE event_type = 'login_failed') AS failed_logins,
       count(*) FILTER (WHERE event_type = 'payment_failed') AS failed_payments,
       count(DISTINCT actor) FILTER (WHERE user_session IS NULL) AS outside,
       count(DISTINCT actor) AS visits
FROM events
WHERE verified = 0 AND product_id IS NOT NULL
GROUP BY product_id
HAVING count(*) FILTER (WHERE event_type = 'cart') >= 1
UNION ALL
SELECT 'agent' AS dimension, user_agent AS member,
       count(*) AS events,
       count(*) FILTER (WHERE event_type = 'view') AS views,
       count(*) FILTER (WHERE event_type = 'cart') AS carts,
       count(*) FILTER (WHERE event_type = 'purchase') AS purchases,
       count(*) FILTER (WHERE event_type = 'login_failed') AS failed_logins,
       count(*) FILTER (WHERE event_type = 'payment_failed') AS failed_payments,
       count(DISTINCT actor) FILTER (WHERE user_session IS NULL) AS outside,
       count(DISTINCT actor) AS visits
FROM events
WHERE verified = 0 AND user_agent IS NOT NULL
GROUP BY user_agent
UNION ALL
SELECT 'campaign' AS dimension, COALESCE(campaign, referrer) AS member,
       count(*) AS events,
       count(*) FILTER (WHERE event_type = 'view') AS views,
       count(*) FILTER (WHERE event_type = 'cart') AS carts,
       count(*) FILTER (WHERE event_type = 'purchase') AS purchases,
       count(*) FILTER (WHERE event_type = 'login_failed') AS failed_logins,
       count(*) FILTER (WHERE event_type = 'payment_failed') AS failed_payments,
       count(DISTINCT actor) FILTER (WHERE user_session IS NULL) AS outside,
       count(DISTINCT actor) AS visits
FROM events
WHERE verified = 0 AND COALESCE(campaign, referrer) IS NOT NULL
GROUP BY COALESCE(campaign, referrer)
