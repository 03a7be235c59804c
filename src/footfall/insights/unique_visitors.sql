-- id: unique_visitors
-- title: Unique visitors per day
-- definition: Exact distinct visitors of each store-local day. A visitor is the user; else the user that the browser or
--   session was later linked to; else the browser; else the session. New: never seen on an earlier day.
--   A visit ends after 30 minutes of silence and belongs to the day it began.
SELECT day,
       visitors_gross, visitors_known, visitors_net,
       new_gross, new_known, new_net,
       returning_gross, returning_known, returning_net,
       sessions_gross, sessions_known, sessions_net
FROM visitor_counts
WHERE day BETWEEN $since AND $until
ORDER BY day
