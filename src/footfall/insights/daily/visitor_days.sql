-- id: visitor_days
-- title: Who came in
-- day: event_date
-- why: one row a visitor and day, so that any range is recounted exactly and never added up
-- columns: bot is the visitor's best mark of the day, so that one clean event makes a person of them
SELECT event_date AS day, visitor, MIN(bot) AS bot
FROM clean
GROUP BY event_date, visitor
