-- id: rotating_scraper
-- version: 3
-- title: Many addresses read the catalogue with one hand
-- severity: high
-- confidence: 92
-- class: SIVT
-- threat: OAT-011
-- why: a scraper that changes its address stays below every bound on a single source, but the same agent then comes from dozens of addresses, each looking a little and nobody buying, and its share of the traffic is far above its usual.
-- false positives: a new release of a browser; an application's own agent after a push message (its people fill carts).
-- response: ask this agent for proof of a browser; block the members listed.
-- quiet: 10 minutes

-- watch: agent
-- subject: agent
-- key: user_agent
-- window: 5 minutes
-- hop: 30 seconds
-- gate: count(DISTINCT ip) >= 30 AND 200 * count(*) FILTER (WHERE event_type = 'cart') < count(*) FILTER (WHERE event_type = 'view')
-- confirm: unusual
-- baseline: yes
WITH source AS (
  SELECT user_agent, ip,
         count(*) FILTER (WHERE event_type = 'view') AS views,
         count(*) FILTER (WHERE event_type = 'cart') AS carts
  FROM events
  WHERE verified = 0 AND ip IS NOT NULL
  GROUP BY user_agent, ip
)
SELECT user_agent,
       count(*)   AS addresses,
       sum(views) AS views,
       max(views) AS most_views,
       sum(carts) AS carts
FROM source
GROUP BY user_agent
HAVING count(*) >= 30
   AND max(views) <= 15
   AND sum(views) >= 60
   AND 200 * sum(carts) < sum(views);

-- watch: network
-- subject: network
-- key: network
-- window: 5 minutes
-- hop: 30 seconds
-- gate: count(DISTINCT ip) >= 15 AND 200 * count(*) FILTER (WHERE event_type = 'cart') < count(*) FILTER (WHERE event_type = 'view')
-- confirm: strangers
WITH source AS (
  SELECT network, ip,
         count(*) FILTER (WHERE event_type = 'view') AS views,
         count(*) FILTER (WHERE event_type = 'cart') AS carts
  FROM events
  WHERE verified = 0 AND ip IS NOT NULL
  GROUP BY network, ip
)
SELECT network,
       count(*)   AS addresses,
       sum(views) AS views,
       max(views) AS most_views,
       sum(carts) AS carts
FROM source
GROUP BY network
HAVING count(*) >= 15
   AND max(views) <= 15
   AND sum(views) >= 60
   AND 200 * sum(carts) < sum(views)
;

-- watch: nobody
-- subject: site
-- key: site
-- window: 5 minutes
-- hop: 30 seconds
-- gate: count(DISTINCT ip) >= 10 AND count(*) >= 20
-- confirm: nobody
-- baseline: yes
WITH source AS (
  SELECT site, ip,
         count(*) FILTER (WHERE event_type IN ('view', 'page')) AS views,
         count(*) FILTER (WHERE event_type = 'cart')            AS carts
  FROM events
  WHERE verified = 0 AND user_session IS NULL AND user_id IS NULL AND ip IS NOT NULL
  GROUP BY site, ip
)
SELECT site,
       count(*)   AS addresses,
       sum(views) AS views,
       max(views) AS most_views,
       sum(carts) AS carts
FROM source
GROUP BY site
HAVING count(*) >= 10
   AND sum(views) >= 20
   AND 200 * sum(carts) < sum(views)
;

-- watch: fleet
-- subject: site
-- key: site
-- window: 5 minutes
-- hop: 30 seconds
-- gate: count(*) FILTER (WHERE event_type = 'view') >= 20
-- confirm: one_hand
-- baseline: yes
-- note: visits that take different products in four seconds each (of four or more in eight), or each from another category; among people it is one visit in sixty
WITH visit AS (
  SELECT site, user_session,
         count(*) FILTER (WHERE event_type = 'view')                                 AS views,
         count(DISTINCT product_id) FILTER (WHERE event_type = 'view')               AS products,
         count(DISTINCT category) FILTER (WHERE event_type = 'view')                 AS categories,
         count(*) FILTER (WHERE event_type NOT IN ('view', 'page')) + count(user_id) AS acts,
         max(event_time) - min(event_time)                                           AS lasted,
         count(*)                                                                    AS events
  FROM events
  WHERE verified = 0 AND user_session IS NOT NULL
  GROUP BY site, user_session
)
SELECT site,
       count(*) FILTER (WHERE views >= 1 AND acts = 0) AS visits,
       count(*) FILTER (WHERE acts = 0 AND products = views AND ((views >= 4 AND lasted <= 8000 * (events - 1))
                              OR (views >= 2 AND lasted <= 4000 * (events - 1)) OR (views >= 3 AND 4 * categories >= 3 * views))) AS brisk
FROM visit
GROUP BY site
HAVING count(*) FILTER (WHERE acts = 0 AND products = views AND ((views >= 4 AND lasted <= 8000 * (events - 1))
                              OR (views >= 2 AND lasted <= 4000 * (events - 1)) OR (views >= 3 AND 4 * categories >= 3 * views))) >= 8
   AND 20 * count(*) FILTER (WHERE acts = 0 AND products = views AND ((views >= 4 AND lasted <= 8000 * (events - 1))
                              OR (views >= 2 AND lasted <= 4000 * (events - 1)) OR (views >= 3 AND 4 * categories >= 3 * views)))
    >= count(*) FILTER (WHERE views >= 1 AND acts = 0)
