-- id: verdict_days
-- title: Verdicts by rule
-- definition: Subjects (addresses, visits, visitors, sources, agents) judged to be no customers, by the rule and the class
--   of its finding, on the UTC day the verdict last changed. Of an id the latest row holds; a verdict that was withdrawn
--   counts as withdrawn and not as standing.
WITH latest AS (
  SELECT id, MAX(changed_at) AS changed_at
  FROM verdicts
  WHERE CAST(day AS DATE) BETWEEN $since AND $until
  GROUP BY id
)
SELECT CAST(v.day AS DATE) AS day,
       v.rule AS rule,
       v.class AS class,
       COUNT(CASE WHEN v.withdrawn IS NULL THEN 1 END) AS standing,
       COUNT(CASE WHEN v.withdrawn IS NOT NULL THEN 1 END) AS withdrawn
FROM verdicts AS v
JOIN latest ON v.id = latest.id AND v.changed_at = latest.changed_at
WHERE CAST(v.day AS DATE) BETWEEN $since AND $until
GROUP BY CAST(v.day AS DATE), v.rule, v.class
ORDER BY day, rule, class
