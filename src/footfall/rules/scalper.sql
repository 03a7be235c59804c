-- id: scalper
-- version: 2
-- title: One product is bought up faster than by hand
-- severity: high
-- confidence: 95
-- class: SIVT
-- threat: OAT-005
-- why: to look, add and pay takes people a minute; a buying tool does it in three seconds, again and again, from one address, one agent or one network. Before that it watches the page, visit beside visit, on one beat.
-- false positives: a shop assistant who orders for customers (slow); a presale through an application that buys in one call; a page that reloads itself until the product is there, open at several people's.
-- response: hold the orders listed; one order a customer for the product.
-- quiet: 15 minutes

-- watch: address
-- subject: ip
-- key: ip, product_id
-- window: 60 seconds
-- hop: 5 seconds
-- early: yes
-- confirm: in_three_seconds
SELECT ip, product_id,
       count(*) FILTER (WHERE event_type = 'purchase')          AS purchases,
       count(DISTINCT actor) FILTER (WHERE event_type = 'purchase') AS buyers
FROM events
WHERE verified = 0
GROUP BY ip, product_id
HAVING count(*) FILTER (WHERE event_type = 'purchase') >= 5;

-- watch: agent
-- subject: agent
-- key: user_agent, product_id
-- window: 60 seconds
-- hop: 5 seconds
-- early: yes
-- confirm: in_three_seconds
SELECT user_agent, product_id,
       count(*) FILTER (WHERE event_type = 'purchase')          AS purchases,
       count(DISTINCT actor) FILTER (WHERE event_type = 'purchase') AS buyers
FROM events
WHERE verified = 0
GROUP BY user_agent, product_id
HAVING count(*) FILTER (WHERE event_type = 'purchase') >= 5;

-- watch: network
-- subject: network
-- key: network, product_id
-- window: 60 seconds
-- hop: 5 seconds
-- early: yes
-- confirm: in_a_quarter_minute
SELECT network, product_id,
       count(*) FILTER (WHERE event_type = 'purchase')          AS purchases,
       count(DISTINCT actor) FILTER (WHERE event_type = 'purchase') AS buyers
FROM events
WHERE verified = 0
GROUP BY network, product_id
HAVING count(*) FILTER (WHERE event_type = 'purchase') >= 4;

-- watch: product
-- subject: product
-- key: product_id
-- window: 60 seconds
-- hop: 5 seconds
-- early: yes
-- confirm: in_three_seconds
-- note: accounts on addresses and agents of their own agree on nothing but the product
SELECT product_id,
       count(*) FILTER (WHERE event_type = 'purchase')              AS purchases,
       count(DISTINCT actor) FILTER (WHERE event_type = 'purchase') AS buyers
FROM events
WHERE verified = 0
GROUP BY product_id
HAVING count(*) FILTER (WHERE event_type = 'purchase') >= 5;

-- watch: stakeout
-- subject: product
-- key: product_id
-- window: 5 minutes
-- hop: 30 seconds
-- severity: medium
-- confidence: 80
-- gate: count(*) FILTER (WHERE event_type = 'view') >= 12 + count(DISTINCT actor) FILTER (WHERE event_type = 'view')
-- confirm: on_one_beat
-- note: before the product can be had: four visits or more ask for its page again and again, all with the same pause (CV < 0.5 over the pauses of them all); people who wait pause each in their own way
WITH visit AS (
  SELECT product_id, actor,
         count(*)                                    AS events,
         count(*) FILTER (WHERE event_type = 'view') AS looks
  FROM events
  WHERE verified = 0 AND product_id IS NOT NULL AND actor IS NOT NULL
  GROUP BY product_id, actor
)
SELECT product_id,
       sum(looks)                                            AS views,
       count(*) FILTER (WHERE looks >= 4 AND looks = events) AS watchers
FROM visit
GROUP BY product_id
HAVING count(*) FILTER (WHERE looks >= 4 AND looks = events) >= 4
