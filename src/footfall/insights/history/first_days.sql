-- id: first_days
-- title: When each visitor came for the first time
-- why: new and returning visitors; only days from $since on are asked for, so only their visitors are looked up
SELECT seen.day, seen.visitor, seen.bot
FROM visitor_days AS seen
JOIN (SELECT visitor, MIN(day) AS day
      FROM visitor_days
      WHERE visitor IN (SELECT visitor FROM visitor_days WHERE day >= $since)
      GROUP BY visitor) AS firsts
  ON seen.visitor = firsts.visitor AND seen.day = firsts.day
WHERE seen.day >= $since
