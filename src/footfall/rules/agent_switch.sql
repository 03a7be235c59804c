-- id: agent_switch
-- version: 2
-- title: One address changes its agent in the middle of a visit
-- severity: medium
-- confidence: 85
-- class: SIVT
-- threat: OAT-004
-- why: an office has many agents too, but each visit keeps its own; a tool that draws an agent for every request shows several in one visit.
-- false positives: an application whose pages open in the phone's browser with the same session.
-- response: end the visits listed; watch the address, and block it when another rule agrees.
-- quiet: 15 minutes

-- watch: address
-- subject: ip
-- key: ip
-- window: 5 minutes
-- hop: 30 seconds
-- early: yes
-- gate: count(DISTINCT user_agent) >= 8
-- confirm: visits
-- note: the visits that changed their agent are blamed, never whoever else comes from the address; three agents in one visit are no application that opens a browser
WITH pair AS (
  SELECT ip, user_session, user_agent, count(*) AS events
  FROM events
  WHERE verified = 0 AND user_session IS NOT NULL AND user_agent IS NOT NULL
  GROUP BY ip, user_session, user_agent
)
SELECT ip,
       count(DISTINCT user_agent)   AS agents,
       count(DISTINCT user_session) AS sessions,
       count(*)                     AS pairs,
       sum(events)                  AS events
FROM pair
GROUP BY ip
HAVING count(DISTINCT user_agent) >= 8
   AND 10 * count(DISTINCT user_agent) >= 8 * count(DISTINCT user_session)
   AND count(*) > count(DISTINCT user_session)
