-- id: traffic
-- version: 1
-- title: The site's pulse: how much, by how many hands, of what kind
-- why: what surge reads. The row of the site counts kinds of events; the others say how they spread over members: events * events / squares is the effective number of members, however many there are by name.
-- window: 5 seconds
-- hop: 5 seconds
WITH whole AS (
  SELECT site, count(*) AS n,
         count(*) FILTER (WHERE event_type IN ('view', 'page')) AS views,
         count(*) FILTER (WHERE event_type IN ('cart', 'purchase')) AS intents,
         count(user_id) FILTER (WHERE event_type <> 'login_failed') AS known,
         count(*) FILTER (WHERE user_id IS NULL AND referrer IS NULL AND campaign IS NULL) AS strangers,
         count(*) FILTER (WHERE user_session IS NULL) AS cookieless
  FROM events
  WHERE verified = 0
  GROUP BY site
), source AS (
  SELECT actor, count(*) AS n
  FROM events
  WHERE verified = 0 AND actor IS NOT NULL
  GROUP BY actor
), browser AS (
  SELECT user_agent, count(*) AS n
  FROM events
  WHERE verified = 0 AND user_agent IS NOT NULL
  GROUP BY user_agent
), place AS (
  SELECT path, count(*) AS n
  FROM events
  WHERE verified = 0 AND path IS NOT NULL
  GROUP BY path
)
SELECT 'site' AS dimension, sum(n) AS events, count(*) AS members, sum(n * n) AS squares,
       sum(views) AS views, sum(intents) AS intents, sum(known) AS known, sum(strangers) AS strangers, sum(cookieless) AS cookieless
FROM whole
UNION ALL
SELECT 'actor' AS dimension, sum(n) AS events, count(*) AS members, sum(n * n) AS squares,
       0 AS views, 0 AS intents, 0 AS known, 0 AS strangers, 0 AS cookieless
FROM source
UNION ALL
SELECT 'agent' AS dimension, sum(n) AS events, count(*) AS members, sum(n * n) AS squares,
       0 AS views, 0 AS intents, 0 AS known, 0 AS strangers, 0 AS cookieless
FROM browser
UNION ALL
SELECT 'path' AS dimension, sum(n) AS events, count(*) AS members, sum(n * n) AS squares,
       0 AS views, 0 AS intents, 0 AS known, 0 AS strangers, 0 AS cookieless
FROM place
