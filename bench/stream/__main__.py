"""``python -m bench.stream``: runs the benchmark and prints what it found."""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

from bench.batch import measure
from bench.batch.measure import Cost
from bench.batch.steps import FailedError, MissingError, Runner
from bench.stream import collector, contest, data, limits, peers, report
from bench.stream.data import Stream
from bench.stream.results import Results, document

BENCH = Path(__file__).parents[1]
SAVED = Path(__file__).with_name("RESULTS.md")
PARTS = ("engines", "limits", "guard", "latency", "keys", "restart", "collector")
OWN = "bench.stream.own"
CHILD = "bench.stream.child"
PYTHONS = {"flink": BENCH.parent / ".venv/flink/bin/python"}
"""Engines whose pinned dependencies are no one else's: where ``make bench`` puts them."""
QUIET = ("about", "prepare", "collect")


def main(arguments: list[str]) -> int:
    """Runs what was asked for; 0 when everything ran and Footfall's rows are the right ones."""
    options = _parser().parse_args(arguments)
    try:
        results = measured(options, shlex.join(["python", "-m", "bench.stream", *arguments]))
    except FailedError as error:
        print(error, file=sys.stderr)
        return 1
    written = report.text(results)
    print(json.dumps(document(results), indent=1) if options.json else written)
    if options.save:
        SAVED.write_text(written)
    for failure in results.failures:
        print(failure, file=sys.stderr)
    return 1 if results.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m bench.stream", description="The guard's windows against other engines.")
    parser.add_argument("--events", type=int, default=2_000_000, help="how many events (default 2 million)")
    parser.add_argument("--rate", type=int, default=2_000, help="events a second of their own time (default 2,000)")
    parser.add_argument("--only", type=_words, default=peers.names(), help=f"some of {','.join(peers.names())}")
    parser.add_argument("--parts", type=_words, default=list(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument("--pace", type=int, default=50_000, help="events a second of the paced run (default 50,000)")
    parser.add_argument("--paced", type=int, default=30, metavar="SECONDS", help="how long it lasts (default 30)")
    parser.add_argument("--guarded", type=int, default=500_000, help="events for the whole guard (default 500,000)")
    parser.add_argument("--rounds", type=int, default=2, help="how often everything runs (default 2)")
    parser.add_argument("--threads", type=int, default=2, help="threads and cores for each engine (default 2)")
    parser.add_argument("--python", type=_pair, action="append", default=[], metavar="PEER=PATH", help="its Python")
    parser.add_argument("--data", type=Path, default=BENCH / "data", help="folder for files")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--save", action="store_true", help=f"write the tables to {SAVED.relative_to(BENCH.parent)}")
    return parser


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _pair(text: str) -> tuple[str, str]:
    name, found, path = text.partition("=")
    if not found:
        raise argparse.ArgumentTypeError("expected PEER=PATH")
    return name, path


def measured(options: argparse.Namespace, command: str) -> Results:
    """Runs the parts asked for.

    Raises:
        FailedError: the oracle could not do its work, or an unknown engine was named.
    """
    if unknown := [name for name in options.only if name not in peers.names()]:
        raise FailedError(f"There is no engine {', '.join(unknown)}; there are {', '.join(peers.names())}.")
    pythons = {name: str(path) for name, path in PYTHONS.items() if path.exists()} | dict(options.python)
    runner, folder = Runner(options.threads, pythons, CHILD, QUIET), options.data.resolve() / "stream-work"
    stream = data.made(options.data, options.events, options.rate)
    results = Results(stream, command, options.threads, options.rounds)
    measure.warm(stream.path)
    if "limits" in options.parts:
        _limits(runner, results, folder)
    if "engines" in options.parts:
        results.contest = contest.hold(runner, stream, folder, options.only, options.rounds)
    _own(runner, results, folder, options)
    shutil.rmtree(folder, ignore_errors=True)
    return results


def _limits(runner: Runner, results: Results, folder: Path) -> None:
    for name in limits.names() * results.rounds:
        job = contest.job_of(results.stream, folder, name, runner.threads)
        try:
            title = runner.run(limits.module(name), "about", job)[1]["title"]
            cost, found = runner.run(limits.module(name), "parse", job)
        except MissingError as missing:
            results.left_out[f"parse with {name}"] = str(missing)
            continue
        if found["events"] != results.stream.events:
            raise FailedError(f"{title} found {found['events']} events, not {results.stream.events}")
        results.limits.setdefault(title, []).append(cost)


def _own(runner: Runner, results: Results, folder: Path, options: argparse.Namespace) -> None:
    first = data.head(results.stream, options.guarded)
    if "guard" in options.parts:
        for _ in range(results.rounds):
            cost, found = _asked(runner, results, first, folder, "guard")
            results.guard += [cost] if cost else []
            results.guarded = found and {**found, "events": first.events}
    if "latency" in options.parts:
        paced = data.made(options.data, options.pace * options.paced, options.pace)
        _, found = _asked(runner, results, paced, folder, "latency")
        results.latency = found and {**found, "pace": options.pace}
    if "keys" in options.parts:
        _, results.keys = _asked(runner, results, results.stream, folder, "keys")
    if "restart" in options.parts:
        _, results.restart = _asked(runner, results, first, folder, "restart")
    if "collector" in options.parts:
        results.collector = collector.measured()


def _asked(
    runner: Runner, results: Results, stream: Stream, folder: Path, step: str
) -> tuple[Cost | None, dict[str, Any]]:
    """One of Footfall's own steps; what went wrong is told at the end."""
    try:
        return runner.run(OWN, step, contest.job_of(stream, folder, "own", runner.threads))
    except FailedError as failed:
        print(failed, file=sys.stderr)
        results.left_out[step] = str(failed)
        return None, {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
