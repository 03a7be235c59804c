-- id: source_flood
-- version: 1
-- title: One address floods the store
-- severity: critical
-- confidence: 95
-- class: SIVT
-- threat: OAT-015, T1498
-- why: nobody asks for forty pages in ten seconds. An office or a carrier behind one address does, but over many visits: so events are weighed against visits, and a visit for every request gives itself away by the few agents it comes with.
-- false positives: a client stuck on one line of a cart sends it dozens of times in a second (so carts must be the lesser part); a proxy that hides the visits behind it (no session, one agent); a load test of one's own.
-- response: block the address at the edge for an hour; if it is a proxy of people, limit its rate instead.
-- quiet: 10 minutes

-- watch: burst
-- subject: ip
-- key: ip
-- window: 10 seconds
-- hop: 1 second
-- early: yes
SELECT ip,
       count(*)                   AS events,
       count(DISTINCT actor)      AS actors,
       count(DISTINCT path)       AS paths,
       count(DISTINCT user_agent) AS agents
FROM events
WHERE verified = 0
GROUP BY ip
HAVING count(*) >= 40
   AND count(*) >= 20 * count(DISTINCT actor)
   AND 2 * count(*) FILTER (WHERE event_type = 'cart') < count(*);

-- watch: minute
-- subject: ip
-- key: ip
-- window: 60 seconds
-- hop: 5 seconds
-- early: yes
SELECT ip,
       count(*)                   AS events,
       count(DISTINCT actor)      AS actors,
       count(DISTINCT path)       AS paths,
       count(DISTINCT user_agent) AS agents
FROM events
WHERE verified = 0
GROUP BY ip
HAVING count(*) >= 120
   AND count(*) >= 20 * count(DISTINCT actor)
   AND 2 * count(*) FILTER (WHERE event_type = 'cart') < count(*);

-- watch: masks
-- subject: ip
-- key: ip
-- window: 60 seconds
-- hop: 5 seconds
SELECT ip,
       count(*)                   AS events,
       count(DISTINCT actor)      AS actors,
       count(DISTINCT path)       AS paths,
       count(DISTINCT user_agent) AS agents
FROM events
WHERE verified = 0
GROUP BY ip
HAVING count(*) >= 240
   AND 10 * count(DISTINCT actor) >= 9 * count(*)
   AND count(DISTINCT user_agent) <= 2
   AND count(user_id) = 0
   AND count(*) FILTER (WHERE event_type IN ('cart', 'purchase')) = 0
