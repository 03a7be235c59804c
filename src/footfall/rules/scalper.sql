-- id: scalper
-- version: 1
-- title: One product is bought up faster than by hand
-- severity: high
-- confidence: 95
-- class: SIVT
-- threat: OAT-005
-- why: to look, add and pay takes people a minute; a buying tool does it in three seconds, again and again, from one address, one agent or one network.
-- false positives: a shop assistant who orders for customers (slow); a presale through an application that buys in one call.
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
HAVING count(*) FILTER (WHERE event_type = 'purchase') >= 4
;

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
HAVING count(*) FILTER (WHERE event_type = 'purchase') >= 5
