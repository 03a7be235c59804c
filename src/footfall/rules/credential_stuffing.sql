-- id: credential_stuffing
-- version: 1
-- title: Stolen passwords are tried out at the login
-- severity: critical
-- confidence: 95
-- class: SIVT
-- threat: OAT-008, T1110.004
-- why: a customer who forgot a password fails as one user; whoever tries a leaked list fails as many users, from one address, with one agent, or all over the site.
-- false positives: a broken login fails for everybody: the site's watch asks for sources that do nothing but fail.
-- response: ask for a challenge at the login; block the sources listed; reset the passwords that were right.
-- quiet: 15 minutes

-- watch: address
-- subject: ip
-- key: ip
-- window: 2 minutes
-- hop: 5 seconds
-- early: yes
SELECT ip,
       count(*) FILTER (WHERE event_type = 'login_failed')                AS failed,
       count(DISTINCT user_id) FILTER (WHERE event_type = 'login_failed') AS users,
       count(*)                                                           AS events
FROM events
WHERE verified = 0
GROUP BY ip
HAVING count(*) FILTER (WHERE event_type = 'login_failed') >= 10
   AND count(DISTINCT user_id) FILTER (WHERE event_type = 'login_failed') >= 5
   AND 2 * count(*) FILTER (WHERE event_type = 'login_failed') >= count(*);

-- watch: agent
-- subject: agent
-- key: user_agent
-- window: 2 minutes
-- hop: 30 seconds
-- confirm: failing_agent
-- baseline: yes
SELECT user_agent,
       count(*) FILTER (WHERE event_type = 'login_failed')                AS failed,
       count(DISTINCT user_id) FILTER (WHERE event_type = 'login_failed') AS users,
       count(*)                                                           AS events
FROM events
WHERE verified = 0
GROUP BY user_agent
HAVING count(*) FILTER (WHERE event_type = 'login_failed') >= 15
   AND 2 * count(DISTINCT user_id) FILTER (WHERE event_type = 'login_failed')
    >= count(*) FILTER (WHERE event_type = 'login_failed');

-- watch: site
-- subject: site
-- key: site
-- window: 2 minutes
-- hop: 5 seconds
-- confirm: failing_site
-- baseline: yes
SELECT site,
       count(*)                AS failed,
       count(DISTINCT user_id) AS users,
       count(DISTINCT ip)      AS addresses
FROM events
WHERE verified = 0 AND event_type = 'login_failed'
GROUP BY site
HAVING count(*) >= 20
   AND 2 * count(DISTINCT user_id) >= count(*)
