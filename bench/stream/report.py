"""The findings as Markdown tables."""

from __future__ import annotations

import statistics

from bench.batch import measure
from bench.batch.report import table
from bench.batch.results import machine
from bench.stream import collector
from bench.stream.contest import Entry
from bench.stream.results import Results
from bench.stream.texts import texts
from bench.stream.work import ALLOWED

MICRO = 1e6


def text(results: Results) -> str:
    """The whole report."""
    parts = (_head, _engines, _noise, _limits, _guard, _latency, _keys, _restart, _collector, _left_out)
    made = (part(results) for part in parts)
    return "\n\n".join(part for part in made if part) + "\n"


def _head(results: Results) -> str:
    stream = results.stream
    return (
        "# The guard's windows, side by side\n\n"
        f"`{results.command}`\n\n"
        f"{stream.events:,} events, {stream.rate:,} a second of their own time, as JSON lines of "
        f"{stream.bytes / stream.events:.0f} bytes; {results.threads} threads each.\n"
        f"{machine()}.\n"
        "Whole processes, from start to end, the file in the page cache, parsing included; rounds, each in another "
        f"order: {results.rounds}, of which the best is shown."
    )


def _engines(results: Results) -> str:
    entries = sorted(results.contest.entries, key=lambda entry: (-entry.stream.events, entry.best.seconds))
    if not entries:
        return ""
    columns = ["engine", "events", "events/s", "seconds", "CPU s", "µs CPU/event", "peak GB", "time", "CPU", "rows"]
    rows = [[*_measured(entry), *_ratios(entry, results), str(entry.worst)] for entry in entries]
    legend = (
        "Time and CPU as multiples of Footfall's on the same events. Rows: every engine's are compared, one by one, "
        "with each rule's own text run by DuckDB on each window's events, from scratch."
    )
    wrong = "".join(f"\n\n{entry.about['title']}: {entry.worst.example}." for entry in entries if entry.worst.example)
    unique = {entry.name: entry.about for entry in entries}
    how = "\n".join("- **{title} {version}**: {choices}".format(**about) for about in unique.values())
    return f"## Five rules\n\n{_rules(results)}\n\n{table(columns, rows)}\n\n{legend}{wrong}\n\n{how}"


def _rules(results: Results) -> str:
    """What is watched, and how many rows each rule has."""
    whole = max(results.contest.entries, key=lambda entry: entry.stream.events)
    columns = ["rule", "key", "window", "hop", "rows"]
    rows = [
        [rule.id, ", ".join(rule.keys), f"{rule.window // 1000} s", f"{rule.hop // 1000} s", f"{found:,}"]
        for rule in texts()
        for found in [whole.worst.rules.get(rule.id, 0)]
    ]
    late = (
        f"Events that arrive more than {ALLOWED / 1000:.0f} s after they happened are left out, by each engine alike."
    )
    return f"{table(columns, rows)}\n\n{late}"


def _measured(entry: Entry) -> list[str]:
    best = entry.best
    return [
        entry.about["title"],
        f"{entry.stream.events:,}",
        f"{entry.rate:,.0f}",
        f"{best.seconds:.1f}",
        f"{best.cpu_seconds:.1f}",
        f"{best.cpu_seconds * MICRO / entry.stream.events:.1f}",
        f"{best.peak / 1e9:.2f}",
    ]


def _ratios(entry: Entry, results: Results) -> list[str]:
    own = results.contest.own(entry.stream)
    if not own:
        return ["", ""]
    best, base = entry.best, own.best
    return [f"{best.seconds / base.seconds:.2f} ×", f"{best.cpu_seconds / base.cpu_seconds:.2f} ×"]


def _noise(results: Results) -> str:
    spreads = ", ".join(
        f"{entry.about['title']} {measure.spread(entry.costs):.0%}" for entry in results.contest.entries
    )
    apart = f"Slowest run against quickest: {spreads}. " if spreads and results.rounds > 1 else ""
    usual, worst = statistics.median(results.elsewhere), max(results.elsewhere)
    return f"Noise: {apart}Other processes kept {usual:.2f} cores busy in the median run, {worst:.2f} in the worst."


def _limits(results: Results) -> str:
    if not results.limits:
        return ""
    events = results.stream.events
    best = sorted(((title, measure.best(costs)) for title, costs in results.limits.items()), key=lambda p: p[1].seconds)
    rows = [
        [title, f"{events / cost.seconds:,.0f}", f"{cost.seconds:.2f}", f"{cost.cpu_seconds:.2f}"]
        for title, cost in best
    ]
    verdict = ""
    if results.own:
        ratio = results.own.best.seconds / best[0][1].seconds
        verdict = f"\n\nFootfall's five rules take {ratio:.1f} × the fastest bare parse of the same bytes."
    return f"## The parse limit\n\n{table(['bare parse', 'events/s', 'seconds', 'CPU s'], rows)}{verdict}"


def _guard(results: Results) -> str:
    if not results.guard:
        return ""
    best, found = measure.best(results.guard), results.guarded
    rate = found["events"] / best.seconds
    return (
        "## Every rule at once\n\n"
        f"The whole guard, {found['rules']} rules of {found['watches']} watches with confirmations, history, surge, "
        f"alerts and incidents, on the first {found['events']:,} events: {rate:,.0f} events/s ({best.seconds:.1f} s, "
        f"{best.cpu_seconds:.1f} CPU s, peak {best.peak / 1e9:.2f} GB); {found['alerts']:,} alerts, "
        f"{found['late']:,} events late."
    )


def _latency(results: Results) -> str:
    found = results.latency
    if not found:
        return ""
    names = {"arrival": "an event's arrival → its batch is through the windows"}
    names["close"] = "a window may be judged → its findings are there"
    rows = [[names[name], *(f"{value:,.0f}" for value in found[name])] for name in names if found[name]]
    pace = f"{found['events']:,} events at {found['pace']:,} a second, in batches of 100 ms, five rules"
    allowed = f"A window may be judged {ALLOWED / 1000:.0f} s after its end, for so long events may be late."
    behind = f"The longest that a batch waited for the one before: {found['behind']:,.0f} ms."
    return f"## Latency\n\n{pace}.\n\n{table(['from → to', 'p50 ms', 'p99 ms'], rows)}\n\n{allowed} {behind}"


def _keys(results: Results) -> str:
    found = results.keys
    if not found:
        return ""
    return (
        "## Memory\n\n"
        f"{found['keys']:,} visits, each of its own address, alive within a quarter of an hour under five rules: "
        f"{found['bytes'] / 1e9:.2f} GB, {found['bytes'] / found['keys']:.0f} bytes a visit; a snapshot of them is "
        f"{found['snapshot_bytes'] / 1e6:.0f} MB and takes {found['snapshot_s']:.2f} s."
    )


def _restart(results: Results) -> str:
    found = results.restart
    if not found:
        return ""
    same = (
        "and says from there on exactly what it would have said"
        if found["same"]
        else "**but then says something else**"
    )
    return (
        "## Restart\n\n"
        f"The whole guard after {found['events']:,} events: a snapshot takes {found['snapshot_s']:.2f} s "
        f"({found['snapshot_bytes'] / 1e6:.0f} MB); a new guard is made in {found['made_s']:.2f} s, restored in "
        f"{found['restore_s']:.2f} s, has judged its first batch {found['ready_s']:.2f} s after it began, {same}."
    )


def _collector(results: Results) -> str:
    if not results.collector:
        return ""
    how = (
        f"Batches of {collector.EVENTS} events over HTTP, as Segment's and Snowplow's clients for Node send them and "
        "in the event's own JSON; each connection sends its next once the last is answered, which is once it is "
        "durable. Those who send run on the same cores."
    )
    return f"## The collector\n\n{how}\n\n{collector.table_of(results.collector)}"


def _left_out(results: Results) -> str:
    gone = {**results.contest.missing, **results.contest.failed, **results.left_out}
    lines = [f"- {name}: {why.strip().splitlines()[-1] if why.strip() else 'no word'}" for name, why in gone.items()]
    return "\n".join(["Left out:", "", *lines]) if lines else ""
