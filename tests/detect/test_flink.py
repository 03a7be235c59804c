"""What Flink is told: every watch and every feed, in its own words; that its rows are right is for `conformance`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from footfall import rules
from footfall.detect.compile import lag, levels, watch_tree
from footfall.detect.flink import events, feed_statement, watch_statements
from footfall.detect.relation import COLUMNS
from footfall.rules import Feed, Watch

WATCHES = [watch for rule in rules.rules().values() for watch in rule.watches]
FUNCTIONS = {"COUNT", "SUM", "MIN", "MAX", "FILTER", "COALESCE", "CAST", "TIMESTAMP", "TABLE", "HOP", "TUMBLE"}
FUNCTIONS |= {"DESCRIPTOR", "SECOND", "MINUTE", "OVER", "IN", "AND", "OR", "AS", "NOT", "THEN", "FROM"}


@pytest.mark.parametrize("watch", WATCHES, ids=lambda watch: watch.id)
def test_every_watch_is_written_for_flink(watch: Watch) -> None:
    *views, query = watch_statements(watch)
    steps = any(lag(select) for _, select in levels(watch_tree(watch)))
    assert len(views) == steps
    assert "LAG(" not in query + "".join(views)
    assert all("ROWS BETWEEN 1 PRECEDING AND CURRENT ROW" in view for view in views)
    assert query.count("TABLE(HOP(TABLE `") >= 1
    chosen = re.split(r"\nFROM ", query)[-2]
    assert chosen.endswith("`window_end`")
    for name in watch.key:
        assert f"NOT `{name}` IS NULL" in query + "".join(views)


@pytest.mark.parametrize("feed", rules.feeds().values(), ids=lambda feed: feed.id)
def test_every_feed_is_written_for_flink(feed: Feed) -> None:
    query = feed_statement(feed)
    assert query.count("TABLE(TUMBLE(TABLE `events`") == feed.text.count("FROM events")
    grouped = re.findall(r"GROUP BY.*?`window_start`,\s+`window_end`", query, re.DOTALL)
    assert len(grouped) == query.count("GROUP BY")


@pytest.mark.parametrize("watch", WATCHES, ids=lambda watch: watch.id)
def test_every_name_stands_in_backticks(watch: Watch) -> None:
    for statement in watch_statements(watch):
        bare = re.sub(r"`[^`]*`|'[^']*'", "", statement)
        assert {name.upper() for name in re.findall(r"(\w+)\(", bare)} <= FUNCTIONS
        assert not set(re.findall(r"[a-z_]{2,}", bare))


def test_the_stream_is_every_column_and_its_watermark_follows_arrival() -> None:
    table, view = events({"connector": "kinesis", "stream": "it's"}, 5_000)
    assert re.findall(r"^  `(\w+)` (?:BIGINT|STRING)", table, re.MULTILINE) == list(COLUMNS)
    assert "WATERMARK FOR `rowtime` AS TO_TIMESTAMP_LTZ(`received_at` - 5001, 3)" in table
    assert "'stream' = 'it''s'" in table
    assert view.endswith("WHERE `received_at` - `event_time` <= 5000")


LONE = """-- id: lone
-- version: 1
-- title: t
-- severity: medium
-- confidence: 50
-- class: SIVT
-- threat: OAT-011
-- why: w
-- false positives: f
-- response: r
-- quiet: 1 minute

-- watch: one
-- subject: ip
-- key: ip
-- window: 10 seconds
-- hop: 1 second
SELECT ip, count(*) AS events
FROM events
WHERE verified = 0
GROUP BY ip
HAVING count(*) >= 40
"""


def test_a_watch_in_flinks_words(tmp_path: Path) -> None:
    path = tmp_path / "lone.sql"
    path.write_text(LONE)
    assert watch_statements(rules.load(path).watches[0]) == (
        "SELECT\n  `ip`,\n  COUNT(*) AS `events`,\n  `window_end`\n"
        "FROM TABLE(HOP(TABLE `events`, DESCRIPTOR(`rowtime`), INTERVAL '1' SECOND(3), INTERVAL '10' SECOND(3)))\n"
        "WHERE\n  `verified` = 0 AND NOT `ip` IS NULL\n"
        "GROUP BY\n  `ip`,\n  `window_start`,\n  `window_end`\n"
        "HAVING\n  COUNT(*) >= 40",
    )
