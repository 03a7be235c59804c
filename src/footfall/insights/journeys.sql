-- id: journeys
-- title: The ways to purchase and to exit
-- definition: A way is the kinds of page a visit saw, in order, repeats folded, its first six.
SELECT way, outcome,
       CAST(SUM(sessions_gross) AS BIGINT) AS sessions_gross,
       CAST(SUM(sessions_known) AS BIGINT) AS sessions_known,
       CAST(SUM(sessions_net) AS BIGINT) AS sessions_net
FROM journey_days
WHERE day BETWEEN $since AND $until
GROUP BY way, outcome
ORDER BY sessions_net DESC, way, outcome
