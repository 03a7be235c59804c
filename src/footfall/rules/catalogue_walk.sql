-- id: catalogue_walk
-- version: 2
-- title: A visit walks the catalogue and never shops
-- severity: high
-- confidence: 95
-- class: SIVT
-- threat: OAT-011
-- why: shoppers come back to what they liked; a scraper takes each product once, many of them, often one id after the next.
-- false positives: a partner or an employee checking the range; a power shopper stays below sixty products in ten minutes.
-- response: limit the rate of the visit and its address; offer a feed if it is a partner.
-- quiet: 10 minutes

-- watch: breadth
-- subject: actor
-- key: actor
-- window: 10 minutes
-- hop: 30 seconds
-- early: yes
SELECT actor,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'view') AS products
FROM events
WHERE verified = 0
GROUP BY actor
HAVING count(DISTINCT product_id) FILTER (WHERE event_type = 'view') >= 60
   AND 10 * count(DISTINCT product_id) FILTER (WHERE event_type = 'view')
    >= 9 * count(*) FILTER (WHERE event_type = 'view')
   AND count(*) FILTER (WHERE event_type IN ('cart', 'purchase')) = 0;

-- watch: next
-- subject: actor
-- key: actor
-- window: 10 minutes
-- hop: 30 seconds
-- early: yes
-- confirm: follows
SELECT actor,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'view') AS products
FROM events
WHERE verified = 0
GROUP BY actor
HAVING count(DISTINCT product_id) FILTER (WHERE event_type = 'view') >= 15
   AND count(*) FILTER (WHERE event_type = 'view') >= 21
   AND count(*) FILTER (WHERE event_type = 'purchase') = 0;

-- watch: forgetful
-- subject: ip
-- key: ip, user_agent
-- window: 15 minutes
-- hop: 1 minute
-- confirm: one_browser
-- note: one browser in visit after visit, each without a memory of the last: three visits of five views, or two of ten; one long visit and a stranger's short one are two people behind one address
SELECT ip, user_agent,
       count(DISTINCT user_session)                                  AS visits,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'view') AS products
FROM events
WHERE verified = 0 AND user_session IS NOT NULL
GROUP BY ip, user_agent
HAVING count(*) FILTER (WHERE event_type = 'view') >= 30
   AND count(DISTINCT user_session) >= 2
   AND count(*) FILTER (WHERE event_type = 'view') >= 5 * count(DISTINCT user_session)
   AND 10 * count(DISTINCT product_id) FILTER (WHERE event_type = 'view')
     >= 9 * count(*) FILTER (WHERE event_type = 'view')
   AND count(*) FILTER (WHERE event_type NOT IN ('view', 'page')) = 0
   AND count(user_id) = 0
   AND count(campaign) = 0
