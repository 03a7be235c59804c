-- id: false_crawler
-- version: 1
-- title: Somebody claims to be a search crawler and is not
-- severity: high
-- confidence: 98
-- class: SIVT
-- threat: OAT-018
-- why: crawlers publish the ranges they come from; whoever bears their name from elsewhere wants what shops leave open for them.
-- false positives: a range newer than the published lists; version 6 addresses are left alone, for the lists hold version 4 only.
-- response: block the address; crawlers in their own ranges are tagged and never blocked.
-- quiet: 10 minutes

-- watch: claim
-- subject: ip
-- key: ip
-- window: 10 seconds
-- hop: 5 seconds
-- early: yes
SELECT ip,
       count(*)                AS events,
       count(DISTINCT crawler) AS claims
FROM events
WHERE crawler IS NOT NULL AND verified = 0 AND ip NOT LIKE '%:%'
GROUP BY ip
HAVING count(*) >= 1
