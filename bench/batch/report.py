"""The findings as Markdown tables."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from bench.batch import measure
from bench.batch.contest import Entry
from bench.batch.results import Results, machine


def text(results: Results) -> str:
    """The whole report."""
    parts = (part(results) for part in (_head, _engines, _noise, _limits, _growth, _questions))
    return "\n\n".join(part for part in parts if part) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _head(results: Results) -> str:
    csv = results.csv
    return (
        "# The batch pipeline, side by side\n\n"
        f"`{results.command}`\n\n"
        f"{csv.rows:,} rows over {csv.days} days, {csv.bytes / 1e9:.2f} GB of CSV; {results.threads} threads each.\n"
        f"{machine()}.\n"
        f"Whole processes, from start to end, the file in the page cache; the best of {results.rounds} rounds, each in "
        "another order."
    )


def _engines(results: Results) -> str:
    entries = sorted(results.contest.entries.values(), key=lambda entry: entry.total.seconds)
    if not entries:
        return ""
    own = results.own
    columns = ["engine", "import s", "questions s", "total s", "CPU s", "peak GB", "lake, of CSV", "time", "CPU"]
    rows = [[*_measured(entry, results), *_ratios(entry, own)] for entry in entries]
    missing = "".join(f"\n\nLeft out: {name} ({why})." for name, why in results.contest.missing.items())
    agreed = f"\n\nAll agree in every answer, and in each of the {results.contest.rows:,} rows left without duplicates."
    how = "\n".join("- **{title} {version}**: {choices}".format(**entry.about) for entry in entries)
    legend = "The last two as multiples of Footfall's. CPU: user and system, of both steps. Peak: importing, answering."
    return f"## Import and four plain questions\n\n{table(columns, rows)}\n\n{legend}{agreed}{missing}\n\n{how}"


def _measured(entry: Entry, results: Results) -> list[str]:
    load, answer, total = entry.best("load"), entry.best("answer"), entry.total
    return [
        entry.about["title"],
        f"{load.seconds:.1f}",
        f"{answer.seconds:.1f}",
        f"{total.seconds:.1f}",
        f"{total.cpu_seconds:.1f}",
        f"{load.peak / 1e9:.1f}, {answer.peak / 1e9:.1f}",
        f"{entry.lake_bytes / results.csv.bytes:.1%}",
    ]


def _ratios(entry: Entry, own: Entry | None) -> list[str]:
    if not own:
        return ["", ""]
    total, base = entry.total, own.total
    return [f"{total.seconds / base.seconds:.2f} ×", f"{total.cpu_seconds / base.cpu_seconds:.2f} ×"]


def _noise(results: Results) -> str:
    spreads = ", ".join(f"{entry.about['title']} {entry.noise:.0%}" for entry in results.contest.entries.values())
    apart = f"Slowest import against quickest: {spreads}. " if spreads and results.rounds > 1 else ""
    usual, worst = statistics.median(results.elsewhere), max(results.elsewhere)
    return f"Noise: {apart}Other processes kept {usual:.2f} cores busy in the median run, {worst:.2f} in the worst."


def _limits(results: Results) -> str:
    limit = results.limit
    if not limit:
        return ""
    rows = [
        [title, f"{best.seconds:.2f}", f"{best.cpu_seconds:.2f}"]
        for title, best in sorted(
            ((title, measure.best(costs)) for title, costs in results.limits.items()), key=lambda pair: pair[1].seconds
        )
    ]
    verdict = ""
    if results.own:
        ratio = results.own.best("load").seconds / limit[1].seconds
        verdict = f"\n\nFootfall's import takes {ratio:.1f} × the fastest bare parse of the same bytes."
    return f"## The parse limit\n\n{table(['bare parse', 'seconds', 'CPU s'], rows)}{verdict}"


def _growth(results: Results) -> str:
    steps = {}
    if results.own:
        steps["import of everything"] = results.own.best("load")
    if results.builds:
        steps["build of everything"] = measure.best(results.builds)
    if results.later:
        steps["import of one more day"] = measure.best(results.later["add"])
        steps["build of one more day"] = measure.best(results.later["build"])
    if not (results.builds or results.later):
        return ""
    rows = [
        [step, *(f"{x:.2f}" for x in (cost.seconds, cost.cpu_seconds, cost.peak / 1e9))] for step, cost in steps.items()
    ]
    share = results.later_share
    verdict = f"\n\nOne more day costs {share:.1%} of everything." if share else ""
    return f"## Footfall: marts, and one more day\n\n{table(['step', 'seconds', 'CPU s', 'peak GB'], rows)}{verdict}"


def _questions(results: Results) -> str:
    if not results.questions:
        return ""
    columns = ["question", "median ms", "slowest ms", "first ms", "rows"]
    rows = [
        [name, *(f"{ms:.1f}" for ms in (statistics.median(times[1:]), max(times[1:]), times[0])), f"{found:,}"]
        if times
        else [name, f"failed: {error}", "", "", ""]
        for name, (times, found, error) in results.questions.items()
    ]
    timed = [statistics.median(times[1:]) for times, _, _ in results.questions.values() if times]
    middle, slowest = (statistics.median(timed), max(timed)) if timed else (0, 0)
    overall = f"Of all questions: median {middle:.0f} ms, slowest {slowest:.0f} ms."
    return f"## Questions from marts\n\n{table(columns, rows)}\n\n{overall}{_range(results)}"


def _range(results: Results) -> str:
    if not results.ranges:
        return ""
    slowest = max(milliseconds for _, milliseconds, _ in results.ranges)
    first = results.ranges[0]
    return f" Distinct visitors of 30 days, exact: {slowest:.0f} ms ({first[2]:,} visitors from {first[0]})."
