-- id: sales
-- title: Orders and revenue per day
-- definition: An order is an order_id, or without one the purchases of a visit. Revenue is sales less refunds, in minor
--   units of the currency, on the day each happened.
SELECT day,
       CAST(SUM(orders) AS BIGINT) AS orders_gross,
       CAST(SUM(CASE WHEN bot < 2 THEN orders ELSE 0 END) AS BIGINT) AS orders_known,
       CAST(SUM(CASE WHEN bot = 0 THEN orders ELSE 0 END) AS BIGINT) AS orders_net,
       CAST(SUM(sales - refunds) AS BIGINT) AS revenue_gross,
       CAST(SUM(CASE WHEN bot < 2 THEN sales - refunds ELSE 0 END) AS BIGINT) AS revenue_known,
       CAST(SUM(CASE WHEN bot = 0 THEN sales - refunds ELSE 0 END) AS BIGINT) AS revenue_net,
       CAST(SUM(CASE WHEN bot = 0 THEN refunds ELSE 0 END) AS BIGINT) AS refunds_net
FROM purchase_days
WHERE day BETWEEN $since AND $until
GROUP BY day
ORDER BY day
