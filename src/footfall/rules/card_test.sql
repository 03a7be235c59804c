-- id: card_test
-- version: 1
-- title: Stolen cards are tried out at the checkout
-- severity: critical
-- confidence: 92
-- class: SIVT
-- threat: OAT-001, OAT-010
-- why: a customer whose card fails tries once or twice more; a tester tries card after card, and where it hides behind many addresses the failures still stand out against the payments that succeed.
-- false positives: an outage at the payment provider fails for everybody: the site's watch asks for sources that do nothing but fail.
-- response: ask for a challenge at the checkout; block the sources listed; tell the payment provider.
-- quiet: 15 minutes

-- watch: address
-- subject: ip
-- key: ip
-- window: 2 minutes
-- hop: 5 seconds
-- early: yes
SELECT ip,
       count(*) FILTER (WHERE event_type = 'payment_failed') AS failed,
       count(*) FILTER (WHERE event_type = 'purchase')       AS paid,
       count(DISTINCT actor)                                 AS actors
FROM events
WHERE verified = 0
GROUP BY ip
HAVING count(*) FILTER (WHERE event_type = 'payment_failed') >= 4
   AND count(*) FILTER (WHERE event_type = 'payment_failed') >= 2 * count(*) FILTER (WHERE event_type = 'purchase');

-- watch: session
-- subject: session
-- key: user_session
-- window: 10 minutes
-- hop: 30 seconds
-- early: yes
-- note: people give up after three
SELECT user_session,
       count(*) FILTER (WHERE event_type = 'payment_failed') AS failed,
       count(*) FILTER (WHERE event_type = 'purchase')       AS paid,
       count(DISTINCT ip)                                    AS addresses
FROM events
WHERE verified = 0
GROUP BY user_session
HAVING count(*) FILTER (WHERE event_type = 'payment_failed') >= 5;

-- watch: network
-- subject: network
-- key: network
-- window: 10 minutes
-- hop: 30 seconds
-- confirm: failing
SELECT network,
       count(*) FILTER (WHERE event_type = 'payment_failed')           AS failed,
       count(*) FILTER (WHERE event_type = 'purchase')                 AS paid,
       count(DISTINCT ip) FILTER (WHERE event_type = 'payment_failed') AS addresses
FROM events
WHERE verified = 0
GROUP BY network
HAVING count(*) FILTER (WHERE event_type = 'payment_failed') >= 8
   AND count(*) FILTER (WHERE event_type = 'payment_failed') >= 2 * count(*) FILTER (WHERE event_type = 'purchase');

-- watch: agent
-- subject: agent
-- key: user_agent
-- window: 10 minutes
-- hop: 30 seconds
-- confirm: failing_agent
-- baseline: yes
SELECT user_agent,
       count(*) FILTER (WHERE event_type = 'payment_failed')           AS failed,
       count(*) FILTER (WHERE event_type = 'purchase')                 AS paid,
       count(DISTINCT ip) FILTER (WHERE event_type = 'payment_failed') AS addresses
FROM events
WHERE verified = 0
GROUP BY user_agent
HAVING count(*) FILTER (WHERE event_type = 'payment_failed') >= 12
   AND count(*) FILTER (WHERE event_type = 'payment_failed') >= 2 * count(*) FILTER (WHERE event_type = 'purchase');

-- watch: site
-- subject: site
-- key: site
-- window: 10 minutes
-- hop: 30 seconds
-- confirm: failing_site
-- baseline: yes
SELECT site,
       count(*) FILTER (WHERE event_type = 'payment_failed')           AS failed,
       count(*) FILTER (WHERE event_type = 'purchase')                 AS paid,
       count(DISTINCT ip) FILTER (WHERE event_type = 'payment_failed') AS addresses
FROM events
WHERE verified = 0 AND event_type IN ('payment_failed', 'purchase')
GROUP BY site
HAVING count(*) >= 30
   AND 10 * count(*) FILTER (WHERE event_type = 'payment_failed') >= 4 * count(*)
