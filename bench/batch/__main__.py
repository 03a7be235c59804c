"""``python -m bench.batch``: runs the benchmark and prints what it found."""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import sys
from pathlib import Path

from bench.batch import agree, contest, data, later, limits, measure, peers, report
from bench.batch.results import Results, document
from bench.batch.steps import FailedError, MissingError, Runner
from bench.batch.work import Job

BENCH = Path(__file__).parents[1]
SAVED = Path(__file__).with_name("RESULTS.md")
PARTS = ("peers", "limits", "marts", "later")
OWN = "bench.batch.own"


def main(arguments: list[str]) -> int:
    """Runs what was asked for; 0 when everything went right and every answer agreed."""
    options = _parser().parse_args(arguments)
    try:
        results = measured(options, shlex.join(["python", "-m", "bench.batch", *arguments]))
    except (FailedError, agree.DisagreementError) as error:
        print(error, file=sys.stderr)
        return 1
    written = report.text(results)
    print(json.dumps(document(results), indent=1) if options.json else written)
    if options.save:
        SAVED.write_text(written)
    return 1 if results.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m bench.batch", description="The batch pipeline against other engines.")
    parser.add_argument("--rows", type=int, default=20_000_000, help="about how many rows (default 20 million)")
    parser.add_argument("--days", type=int, default=31, help="over how many days (default 31)")
    parser.add_argument("--csv", type=Path, help="a REES46 file, in order of time, instead of a simulated one")
    parser.add_argument("--peers", type=_words, default=peers.names(), help=f"some of {','.join(peers.names())}")
    parser.add_argument("--parts", type=_words, default=list(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=2, help="how often everything runs (default 2)")
    parser.add_argument("--threads", type=int, default=2, help="threads and cores for each engine (default 2)")
    parser.add_argument("--python", type=_pair, action="append", default=[], metavar="PEER=PATH", help="its Python")
    parser.add_argument("--data", type=Path, default=BENCH / "data", help="folder for files and lakes")
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
        FailedError: a step could not do its work.
        DisagreementError: two engines answered differently.
    """
    csv = data.given(options.csv) if options.csv else data.made(options.data, options.rows, options.days)
    runner, folder = Runner(options.threads, dict(options.python)), options.data.resolve() / "work"
    results = Results(csv, command, options.threads, options.rounds)
    names = _chosen(options)
    measure.warm(csv.path)
    if "limits" in options.parts:
        results.limits = _limits(runner, csv.path.resolve(), folder, options.rounds)
    if names:
        results.contest = contest.hold(runner, csv.path.resolve(), folder, names, options.rounds)
    if "marts" in options.parts:
        _marts(runner, results, Job(csv.path.resolve(), folder / peers.OWN, runner.threads))
    if "later" in options.parts:
        results.later = later.one_more_day(runner, csv, folder, options.rounds)
    shutil.rmtree(folder, ignore_errors=True)
    return results


def _chosen(options: argparse.Namespace) -> list[str]:
    """The engines to run; Footfall's lake is needed for its marts, whoever else runs."""
    if unknown := [name for name in options.peers if name not in peers.names()]:
        raise FailedError(f"There is no peer {', '.join(unknown)}; there are {', '.join(peers.names())}.")
    chosen = options.peers if "peers" in options.parts else []
    needs_own = "marts" in options.parts and peers.OWN not in chosen
    return [peers.OWN, *chosen] if needs_own else chosen


def _limits(runner: Runner, csv: Path, folder: Path, rounds: int) -> dict[str, list[measure.Cost]]:
    costs: dict[str, list[measure.Cost]] = {}
    found = {}
    for name in limits.names() * rounds:
        job = Job(csv, folder / name, runner.threads)
        try:
            title = runner.run(limits.module(name), "about", job)[1]["title"]
            cost, found[name] = runner.run(limits.module(name), "parse", job)
            costs.setdefault(title, []).append(cost)
        except MissingError as missing:
            print(f"  {name}: {missing}; left out", file=sys.stderr)
    agree.compare_answers({name: {"parse": [answer]} for name, answer in found.items()})
    return costs


def _marts(runner: Runner, results: Results, job: Job) -> None:
    for _ in range(results.rounds):
        shutil.rmtree(job.home / "marts", ignore_errors=True)
        results.builds.append(runner.run(OWN, "build", job)[0])
    results.questions = runner.run(OWN, "ask", job)[1]
    results.ranges = runner.run(OWN, "ranges", job)[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
