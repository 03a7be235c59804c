-- id: journey_days
-- title: Which ways visitors took
-- day: session_date
-- adds: day, way, outcome
-- why: a way is the kinds of page a session saw, repeats folded, its first six; most sessions saw one kind only
--   and need no ordering
-- columns: outcome is purchase if anything was bought in the session, else exit; a session in which a mark begins or ends
--   is told as often as that changes it: whole, without known bots, without any
WITH kinds AS (
  SELECT session_date, session, bot, "at", event_type,
         CASE WHEN event_type IN ('view') THEN 'product'
              WHEN event_type IN ('cart', 'remove_from_cart') THEN 'cart'
              WHEN event_type = 'purchase' THEN 'purchase'
              WHEN path = '/' THEN 'home'
              WHEN path LIKE '/search%' THEN 'search'
              WHEN path LIKE '/c/%' OR path LIKE '/categor%' THEN 'category'
              WHEN path LIKE '/cart%' OR path LIKE '/basket%' THEN 'cart'
              WHEN path LIKE '/checkout%' THEN 'checkout'
              ELSE 'page' END AS kind
  FROM clean
  WHERE event_type IN ('page', 'view', 'cart', 'remove_from_cart', 'purchase')
), marks AS (
  SELECT session_date, session, bot, MIN(kind) AS kind, MAX(kind) AS other,
         MAX(CASE WHEN event_type = 'purchase' THEN 1 ELSE 0 END) AS bought
  FROM kinds
  GROUP BY session_date, session, bot
), visits AS (
  SELECT session_date, session, bot,
         MIN(kind) OVER (PARTITION BY session_date, session ORDER BY bot) AS kind,
         MAX(other) OVER (PARTITION BY session_date, session ORDER BY bot) AS other,
         MAX(bought) OVER (PARTITION BY session_date, session ORDER BY bot) AS bought,
         LEAD(bot) OVER (PARTITION BY session_date, session ORDER BY bot) AS next_bot
  FROM marks
), steps AS (
  SELECT visits.session_date, visits.session, visits.bot, kinds."at", kinds.kind,
         LAG(kinds.kind) OVER (PARTITION BY visits.session_date, visits.session, visits.bot
                               ORDER BY kinds."at", kinds.kind) AS before
  FROM kinds
  JOIN visits ON kinds.session_date = visits.session_date AND kinds.session = visits.session AND kinds.bot <= visits.bot
  WHERE visits.kind <> visits.other
), folded AS (
  SELECT session_date, session, bot, kind,
         ROW_NUMBER() OVER (PARTITION BY session_date, session, bot ORDER BY "at", kind) AS step
  FROM steps
  WHERE before IS NULL OR before <> kind
), ways AS (
  SELECT session_date, session, bot,
         CONCAT(MAX(CASE WHEN step = 1 THEN kind ELSE '' END),
                MAX(CASE WHEN step = 2 THEN CONCAT(' > ', kind) ELSE '' END),
                MAX(CASE WHEN step = 3 THEN CONCAT(' > ', kind) ELSE '' END),
                MAX(CASE WHEN step = 4 THEN CONCAT(' > ', kind) ELSE '' END),
                MAX(CASE WHEN step = 5 THEN CONCAT(' > ', kind) ELSE '' END),
                MAX(CASE WHEN step = 6 THEN CONCAT(' > ', kind) ELSE '' END),
                MAX(CASE WHEN step = 7 THEN ' > ...' ELSE '' END)) AS way
  FROM folded
  GROUP BY session_date, session, bot
)
SELECT visits.session_date AS day,
       COALESCE(ways.way, visits.kind) AS way,
       CASE WHEN visits.bought = 1 THEN 'purchase' ELSE 'exit' END AS outcome,
       COUNT(CASE WHEN visits.next_bot IS NULL THEN 1 END) AS sessions_gross,
       COUNT(CASE WHEN visits.bot < 2 AND COALESCE(visits.next_bot, 2) = 2 THEN 1 END) AS sessions_known,
       COUNT(CASE WHEN visits.bot = 0 THEN 1 END) AS sessions_net
FROM visits
LEFT JOIN ways
  ON visits.session_date = ways.session_date AND visits.session = ways.session AND visits.bot = ways.bot
GROUP BY visits.session_date, COALESCE(ways.way, visits.kind), CASE WHEN visits.bought = 1 THEN 'purchase' ELSE 'exit' END
