-- id: purchase_days
-- title: Who bought, and for how much
-- day: event_date
-- columns: one row a visitor and mark; an order is an order_id, or without one a session's purchases; money in minor units
SELECT event_date AS day, week, visitor, bot,
       COUNT(DISTINCT CASE WHEN event_type = 'purchase'
             THEN COALESCE(order_id, CONCAT(CAST(session_date AS VARCHAR), ' ', CAST(session AS VARCHAR))) END) AS orders,
       CAST(COALESCE(SUM(CASE WHEN event_type = 'purchase' THEN COALESCE(quantity, 1) END), 0) AS BIGINT) AS pieces,
       CAST(COALESCE(SUM(CASE WHEN event_type = 'purchase' THEN price * COALESCE(quantity, 1) END), 0) AS BIGINT) AS sales,
       CAST(COALESCE(SUM(CASE WHEN event_type = 'refund' THEN price * COALESCE(quantity, 1) END), 0) AS BIGINT) AS refunds
FROM clean
WHERE event_type IN ('purchase', 'refund')
GROUP BY event_date, week, visitor, bot
