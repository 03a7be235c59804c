-- id: pulse_flood
-- version: 1
-- title: Floods come in short bursts
-- severity: high
-- confidence: 92
-- class: SIVT
-- threat: OAT-015, T1498
-- why: bursts shorter than the time a limit takes to bite, and quiet between them, keep averages low. At least three bursts of four times the middle pane, none longer than thirty seconds, are no people.
-- false positives: a screen wall or a test that reloads on a timer.
-- response: limit the rate over ten minutes, not over one; block the sources listed.
-- quiet: 15 minutes

-- watch: network
-- subject: network
-- key: network
-- window: 10 minutes
-- hop: 30 seconds
-- gate: count(*) >= 90
-- confirm: bursts
WITH pane AS (
  SELECT network, event_time - event_time % 5000 AS pane, count(*) AS events
  FROM events
  WHERE verified = 0
  GROUP BY network, event_time - event_time % 5000
)
SELECT network,
       sum(events) AS events,
       max(events) AS most,
       count(*)    AS panes
FROM pane
GROUP BY network
HAVING sum(events) >= 90
   AND max(events) >= 15
   AND 30 * max(events) >= sum(events);

-- watch: agent
-- subject: agent
-- key: user_agent
-- window: 10 minutes
-- hop: 30 seconds
-- gate: count(*) >= 150
-- confirm: bursts
WITH pane AS (
  SELECT user_agent, event_time - event_time % 5000 AS pane, count(*) AS events
  FROM events
  WHERE verified = 0
  GROUP BY user_agent, event_time - event_time % 5000
)
SELECT user_agent,
       sum(events) AS events,
       max(events) AS most,
       count(*)    AS panes
FROM pane
GROUP BY user_agent
HAVING sum(events) >= 150
   AND max(events) >= 25
   AND 30 * max(events) >= sum(events)
