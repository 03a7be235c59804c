-- id: catalogue_walk
-- version: 1
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
-- confirm: follows
SELECT actor,
       count(*) FILTER (WHERE event_type = 'view')                   AS views,
       count(DISTINCT product_id) FILTER (WHERE event_type = 'view') AS products
FROM events
WHERE verified = 0
GROUP BY actor
HAVING count(DISTINCT product_id) FILTER (WHERE event_type = 'view') >= 15
   AND count(*) FILTER (WHERE event_type = 'view') >= 21
   AND count(*) FILTER (WHERE event_type = 'purchase') = 0
