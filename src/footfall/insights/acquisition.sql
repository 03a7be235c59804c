-- id: acquisition
-- title: Where customers come from
-- definition: Visitors whose first visit ever fell into the range, by the channel of that visit: the campaign, else the
--   kind of referrer, else direct; how many of them have bought since, and for how much. Net of bots.
SELECT channel,
       CAST(SUM(visitors) AS BIGINT) AS visitors,
       CAST(SUM(buyers) AS BIGINT) AS buyers,
       CAST(SUM(orders) AS BIGINT) AS orders,
       CAST(SUM(revenue) AS BIGINT) AS revenue
FROM acquisition_days
WHERE day BETWEEN $since AND $until
GROUP BY channel
ORDER BY visitors DESC, channel
