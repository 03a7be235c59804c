"""A rule file that cannot be used is refused by file, line and reason."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from footfall import rules
from footfall.detect.compile import by_window, feed_tree, gate_tree, watch_tree
from footfall.detect.history import History
from footfall.detect.relation import SCHEMA, Events
from footfall.incident import Finding, Severity, Subject
from footfall.rules import Rule, RuleError

HEADER = """\
-- id: probe
-- version: 2
-- title: A probe
-- severity: high
-- confidence: 80
-- class: SIVT
-- threat: OAT-011
-- why: one; two
-- goes on here
-- false positives: none
-- response: none
-- quiet: 10 minutes
"""
WATCH = """
-- watch: one
-- subject: ip
-- key: ip
-- window: 1 minute
-- hop: 5 seconds
"""
SELECT = "SELECT ip, count(*) AS n\nFROM events\nGROUP BY ip\nHAVING count(*) >= 3"
LAG = (
    "WITH s AS (SELECT *, event_time - lag(event_time) OVER (PARTITION BY ip ORDER BY event_time) AS gap FROM events)\n"
    "SELECT ip, count(gap) AS n FROM s GROUP BY ip HAVING max(gap) < 5"
)


FINDING = Finding("probe", 2, "one", Subject("ip", "10.0.0.1"), 0, 1, Severity.HIGH, 80, {"n": 3})


def written(folder: Path, text: str) -> Path:
    path = folder / "probe.sql"
    path.write_text(text)
    return path


def compiled(folder: Path, select: str, watch: str = WATCH) -> Rule:
    rule = rules.load(written(folder, HEADER + watch + select))
    for each in rule.watches:
        watch_tree(each)
        gate_tree(each)
    return rule


def test_a_rule_is_what_its_file_says(tmp_path: Path) -> None:
    second = WATCH.replace("one", "two") + "-- severity: info\n-- alert: no\n-- early: yes\n-- note: a; b\n"
    rule = compiled(tmp_path, SELECT + "; -- the end\n" + second + SELECT + ";")
    assert (rule.id, rule.header.version, rule.header.quiet) == ("probe", 2, 600_000)
    assert rule.header.why == "one; two goes on here"
    first, other = rule.watches
    assert (first.id, first.key, first.size, first.hop) == ("probe.one", ("ip",), 60_000, 5_000)
    assert (first.severity, first.alert, first.early) == (Severity.HIGH, True, False)
    assert (other.severity, other.alert, other.early, other.note) == (Severity.INFO, False, True, "a; b")
    assert first.text == SELECT
    lines = rule.watches[0].file.read_text().splitlines()
    assert [lines[watch.line - 1] for watch in rule.watches] == ["SELECT ip, count(*) AS n"] * 2


def test_the_packages_own_rules_can_be_used() -> None:
    found = rules.rules()
    assert {"source_flood", "metronome", "card_test"} <= set(found)
    assert set(rules.feeds()) == {"traffic", "members"}
    for feed in rules.feeds().values():
        feed_tree(feed)
    for rule in found.values():
        for watch in rule.watches:
            watch_tree(watch)
            gate_tree(watch)


def test_a_folder_of_ones_own_works_the_same(tmp_path: Path) -> None:
    confirm = WATCH + "-- confirm: again\n"
    (tmp_path / "probe.py").write_text("def again(finding, events, history):\n    return finding\n")
    path = written(tmp_path, HEADER + confirm + SELECT)
    watch = rules.rules(tmp_path)["probe"].watches[0]
    assert watch.file == path
    assert watch.confirm is not None
    assert watch.confirm(FINDING, Events(SCHEMA.empty_table), History()) is FINDING


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("-- version: 2", "-- version: two", 2, "version: 'two' is no whole number"),
        ("-- id: probe", "-- id: other", 1, "the id must be the file's name, probe"),
        ("-- severity: high", "-- severity: bad", 4, "severity: 'bad' is not a valid Severity"),
        ("-- confidence: 80", "-- confidence: 0.9", 5, "no whole number from 1 to 100"),
        ("-- class: SIVT", "-- class: XIVT", 6, "class must be SIVT or GIVT"),
        ("-- response: none\n", "", 1, "'-- response: ...' is missing"),
        ("-- response: none", "-- respnse: none", 11, "'respnse:' is not known here"),
        ("-- quiet: 10 minutes", "-- quiet: a while", 12, "'a while' is no span"),
        ("-- quiet: 10 minutes", "-- quiet: 10 minutes\n-- quiet: 9 minutes", 13, "'quiet:' stands twice"),
        ("-- subject: ip", "-- subject: planet", 15, "the subject must be one of ip, network"),
        ("-- hop: 5 seconds", "-- hop: 7 seconds", 18, "the window must be a whole number of hops"),
        ("-- hop: 5 seconds", "-- hop: 5 seconds\n-- early: maybe", 19, "early: write yes or no"),
        ("-- hop: 5 seconds", "-- hop: 5 seconds\n-- confirm: again", 19, "there is no probe.py beside the rule"),
        ("-- key: ip\n", "", 14, "'-- key: ...' is missing"),
        (SELECT, "", 1, "there is no SELECT in the file"),
    ],
)
def test_a_wrong_header_is_refused(tmp_path: Path, old: str, new: str, line: int, reason: str) -> None:
    text = HEADER + WATCH + SELECT
    assert old in text
    with pytest.raises(RuleError) as refused:
        rules.load(written(tmp_path, text.replace(old, new, 1)))
    assert (refused.value.line, refused.value.file.name) == (line, "probe.sql")
    assert reason in refused.value.reason


def test_two_watches_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="two watches are named one"):
        rules.load(written(tmp_path, HEADER + WATCH + SELECT + ";" + WATCH + SELECT))


def test_a_function_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text("again = 5\n")
    with pytest.raises(RuleError, match=r"probe\.py has no function again"):
        rules.load(written(tmp_path, HEADER + WATCH + "-- confirm: again\n" + SELECT))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "probe.sql"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RuleError, match="cannot be read as UTF-8"):
        rules.load(path)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("count(*) AS n", "avg(price) AS n", 1, "may not use 'AVG(price)'"),
        ("count(*) AS n", "median(price) AS n", 1, "may not use 'MEDIAN(price)'"),
        ("count(*) AS n", "count(*) / 2 AS n", 1, "may not use 'COUNT(*) / 2'"),
        ("count(*) AS n", "sum(price * 0.5) AS n", 1, "0.5 is none"),
        ("count(*) AS n", "count(*)", 1, "must be an aggregate with a name"),
        ("count(*) AS n", "count(DISTINCT (ip, path)) AS n", 1, "may not use"),
        ("count(*) AS n", "sum(count(*)) OVER (ORDER BY ip) AS n", 1, "lag stands in an inner SELECT"),
        ("ip, count(*)", "count(*) AS m, count(*)", 1, "the first columns must be the key: ip"),
        ("FROM events", "FROM events AS e", 2, "without an alias"),
        ("FROM events", "FROM orders", 2, "a SELECT reads events"),
        ("FROM events", "FROM events JOIN events AS b ON TRUE", 2, "may not use JOIN"),
        ("FROM events", "FROM (SELECT * FROM events)", 2, "may not use"),
        ("FROM events", "FROM events WHERE upper(ip) = 'A'", 2, "may not use 'UPPER(ip)'"),
        ("FROM events", "FROM events WHERE colour = 'red'", 2, "there is no column colour"),
        ("FROM events", "FROM events WHERE ip = (SELECT 1)", 2, "may not use"),
        ("FROM events", "FROM events WHERE event_time > now()", 2, "may not use"),
        ("GROUP BY ip\n", "", 1, "a watch needs GROUP BY and HAVING"),
        ("HAVING count(*) >= 3", "", 1, "a watch needs GROUP BY and HAVING"),
        ("GROUP BY ip", "GROUP BY path", 1, "the outermost GROUP BY must be the key: ip"),
        (">= 3", ">= 3 ORDER BY ip", 4, "may not use ORDER"),
        (">= 3", ">= 3 LIMIT 5", 4, "may not use LIMIT"),
        (">= 3", ">= random()", 4, "may not use"),
        ("SELECT ip", "SELECT DISTINCT ip", 1, "may not use DISTINCT"),
        (SELECT, "SELECT ip FROM (", 1, "this is no SQL"),
        (SELECT, f"{SELECT} UNION ALL {SELECT}", 1, "may not use"),
        (SELECT, LAG.replace("PARTITION BY ip", "PARTITION BY path"), 1, "lag is OVER (PARTITION BY ip ORDER BY"),
        (SELECT, LAG.replace("lag(event_time)", "lag(price)"), 1, "the only window function is lag(event_time)"),
        (
            SELECT,
            LAG.replace("lag(event_time)", "lag(event_time, 2)"),
            1,
            "the only window function is lag(event_time)",
        ),
        (SELECT, LAG.replace("lag(event_time)", "row_number()"), 1, "may not use"),
        (SELECT, LAG.replace("SELECT *,", "SELECT ip,"), 1, "lag stands in one inner"),
        (
            SELECT,
            "WITH a AS (SELECT ip, path, count(*) AS n FROM events GROUP BY ip, path)\n"
            "SELECT ip, sum(n) AS n FROM a GROUP BY ip HAVING count(*) > 1",
            1,
            "needs a line '-- gate: ...'",
        ),
        (
            SELECT,
            "WITH a AS (SELECT path, count(*) AS n FROM events GROUP BY path)\n"
            "SELECT path, sum(n) AS n FROM a GROUP BY path HAVING count(*) > 1",
            1,
            "an inner SELECT groups by the key and more",
        ),
    ],
)
def test_what_engines_may_read_otherwise_is_refused(tmp_path: Path, old: str, new: str, line: int, reason: str) -> None:
    assert old in SELECT
    with pytest.raises(RuleError) as refused:
        compiled(tmp_path, SELECT.replace(old, new, 1))
    first = len((HEADER + WATCH).splitlines())
    assert reason in refused.value.reason
    assert (refused.value.line, refused.value.file.name) == (first + line, "probe.sql")


def test_a_wrong_gate_is_refused(tmp_path: Path) -> None:
    for gate, reason in (("avg(price) > 3", "may not use"), ("count(colour) > 3", "no column colour")):
        with pytest.raises(RuleError, match=reason):
            compiled(tmp_path, SELECT, WATCH + f"-- gate: {gate}\n")


def test_a_query_by_window_says_what_each_window_says(tmp_path: Path) -> None:
    events = pa.table(
        {"event_time": [0, 1, 2, 10, 11, 15], "ip": ["a", "a", "b", "a", "a", "b"], "window_end": [5] * 3 + [20] * 3}
    )
    watch = compiled(tmp_path, LAG.replace("< 5", "<= 5")).watches[0]
    connection = duckdb.connect()
    connection.register("many", events)
    connection.register("events", events.slice(3))
    together = connection.sql(by_window(watch_tree(watch), "many")).fetchall()
    assert sorted(together) == [("a", 1, 5), ("a", 1, 20)]
    assert connection.sql(watch.text).fetchall() == [("a", 1)]
    assert "window_end" not in SCHEMA.names
