-- id: acquisition
-- title: Where customers come from
-- definition: Visitors whose first visit ever fell into the range, by the channel of that visit (a person's before a bot's): the campaign, else the
--   kind of referrer, else direct; how many of them have bought since, and for how much.
SELECT channel,
       CAST(SUM(visitors_gross) AS BIGINT) AS visitors_gross,
       CAST(SUM(visitors_known) AS BIGINT) AS visitors_known,
       CAST(SUM(visitors_net) AS BIGINT) AS visitors_net,
       CAST(SUM(buyers_gross) AS BIGINT) AS buyers_gross,
       CAST(SUM(buyers_known) AS BIGINT) AS buyers_known,
       CAST(SUM(buyers_net) AS BIGINT) AS buyers_net,
       CAST(SUM(orders_gross) AS BIGINT) AS orders_gross,
       CAST(SUM(orders_known) AS BIGINT) AS orders_known,
       CAST(SUM(orders_net) AS BIGINT) AS orders_net,
       CAST(SUM(revenue_gross) AS BIGINT) AS revenue_gross,
       CAST(SUM(revenue_known) AS BIGINT) AS revenue_known,
       CAST(SUM(revenue_net) AS BIGINT) AS revenue_net
FROM acquisition_days
WHERE day BETWEEN $since AND $until
GROUP BY channel
ORDER BY visitors_net DESC, channel
