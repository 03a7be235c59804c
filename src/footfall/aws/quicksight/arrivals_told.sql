-- id: arrivals_told
-- title: Events as they came
-- definition: Events that the law of events let through, by the UTC day they came, repeats included; how many of them told no
--   address or no agent, so that rules which need one stay silent; how many named nobody but a session.
SELECT CAST(r.day AS DATE) AS day,
       COUNT(*) AS events,
       COUNT(CASE WHEN r.ip IS NULL THEN 1 END) AS without_address,
       COUNT(CASE WHEN r.user_agent IS NULL THEN 1 END) AS without_agent,
       COUNT(CASE WHEN r.user_id IS NULL AND r.anon_id IS NULL THEN 1 END) AS session_only
FROM raw AS r
WHERE CAST(r.day AS DATE) BETWEEN $since AND $until
GROUP BY CAST(r.day AS DATE)
ORDER BY day
