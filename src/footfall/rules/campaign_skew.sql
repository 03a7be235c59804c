-- id: campaign_skew
-- version: 1
-- title: A campaign brings clicks and no customers
-- severity: medium
-- confidence: 90
-- class: SIVT
-- threat: OAT-003, OAT-016
-- why: paid clicks that look at one page and vanish, far more of them than the campaign ever brought and from a handful of agents, are clicks made by machines.
-- false positives: a campaign's first hour with a broken landing page (its people have many agents).
-- response: ask the network for the money back with the list of visits; stop the placement.
-- quiet: 30 minutes

-- watch: campaign
-- subject: campaign
-- key: campaign
-- window: 15 minutes
-- hop: 1 minute
-- early: yes
-- gate: count(DISTINCT actor) >= 60 AND count(*) FILTER (WHERE event_type IN ('cart', 'purchase')) = 0
-- confirm: few_agents
-- baseline: yes
-- note: 60 visits and not 200: small farms make ten clicks a minute; of people's visits a third have one event, never 95 in a hundred
WITH visit AS (
  SELECT campaign, actor, count(*) AS events,
         count(*) FILTER (WHERE event_type IN ('cart', 'purchase')) AS intents
  FROM events
  WHERE verified = 0 AND actor IS NOT NULL
  GROUP BY campaign, actor
)
SELECT campaign,
       count(*)                           AS visits,
       count(*) FILTER (WHERE events = 1) AS bounces,
       sum(intents)                       AS intents
FROM visit
GROUP BY campaign
HAVING count(*) >= 60
   AND 100 * count(*) FILTER (WHERE events = 1) >= 95 * count(*)
   AND sum(intents) = 0;

-- watch: referrer
-- subject: campaign
-- key: referrer
-- window: 15 minutes
-- hop: 1 minute
-- early: yes
-- gate: count(DISTINCT actor) >= 60 AND count(*) FILTER (WHERE event_type IN ('cart', 'purchase')) = 0
-- confirm: few_agents
-- baseline: yes
WITH visit AS (
  SELECT referrer, actor, count(*) AS events,
         count(*) FILTER (WHERE event_type IN ('cart', 'purchase')) AS intents
  FROM events
  WHERE verified = 0 AND actor IS NOT NULL AND campaign IS NULL
  GROUP BY referrer, actor
)
SELECT referrer,
       count(*)                           AS visits,
       count(*) FILTER (WHERE events = 1) AS bounces,
       sum(intents)                       AS intents
FROM visit
GROUP BY referrer
HAVING count(*) >= 60
   AND 100 * count(*) FILTER (WHERE events = 1) >= 95 * count(*)
   AND sum(intents) = 0
;

-- watch: model
-- subject: campaign
-- key: campaign, user_agent
-- window: 15 minutes
-- hop: 1 minute
-- early: yes
-- gate: count(DISTINCT actor) >= 30 AND count(*) FILTER (WHERE event_type IN ('cart', 'purchase')) = 0
-- confirm: strange_agent
-- baseline: yes
-- note: the campaign's own visitors hide a small farm; its one or two models of phone do not
WITH visit AS (
  SELECT campaign, user_agent, actor, count(*) AS events,
         count(*) FILTER (WHERE event_type IN ('cart', 'purchase')) AS intents
  FROM events
  WHERE verified = 0 AND actor IS NOT NULL
  GROUP BY campaign, user_agent, actor
)
SELECT campaign, user_agent,
       count(*)                           AS visits,
       count(*) FILTER (WHERE events = 1) AS bounces,
       sum(intents)                       AS intents
FROM visit
GROUP BY campaign, user_agent
HAVING count(*) >= 30
   AND 100 * count(*) FILTER (WHERE events = 1) >= 95 * count(*)
   AND sum(intents) = 0
