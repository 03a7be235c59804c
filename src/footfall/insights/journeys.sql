-- id: journeys
-- title: The ways to purchase and to exit
-- definition: A way is the kinds of page a visit saw, in order, repeats folded, its first six. Net of bots.
SELECT way, outcome, CAST(SUM(sessions) AS BIGINT) AS sessions
FROM journey_days
WHERE day BETWEEN $since AND $until
GROUP BY way, outcome
ORDER BY sessions DESC, way, outcome
