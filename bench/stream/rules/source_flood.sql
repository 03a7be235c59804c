-- id: source_flood
-- version: 1
-- title: One address floods the store
-- severity: critical
-- confidence: 95
-- class: SIVT
-- threat: OAT-015
-- why: counts, and three exact distincts, every second.
-- false positives: see the rule of this name that is shipped.
-- response: see the rule of this name that is shipped.
-- quiet: 10 minutes

-- watch: burst
-- subject: ip
-- key: ip
-- window: 10 seconds
-- hop: 1 second
SELECT ip,
       count(*)                     AS events,
       count(DISTINCT user_session) AS sessions,
       count(DISTINCT path)         AS paths,
       count(DISTINCT user_agent)   AS agents
FROM events
GROUP BY ip
HAVING count(*) >= 40
   AND count(*) >= 20 * count(DISTINCT user_session)
