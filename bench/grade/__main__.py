"""``python -m bench.grade``: runs the grade on sealed stores and prints what it found."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path

from bench.grade import report
from footfall.cli.grade import FIRST, GUARD_STORES, GUARD_VISITORS
from footfall.embedded.grade_guard import grade_seeds

SAVED = Path(__file__).with_name("RESULTS.md")


def main(arguments: list[str]) -> int:
    """Grades the guard and prints its marks."""
    options = _parser().parse_args(arguments)
    seeds = range(options.seed, options.seed + options.seeds)
    document = grade_seeds(seeds, options.workers, options.visitors)
    written = report.text(document, shlex.join(["python", "-m", "bench.grade", *arguments]), seeds)
    print(json.dumps(document, indent=1) if options.json else written)
    if options.save:
        SAVED.write_text(written)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m bench.grade", description="The guard on stores whose truth is known.")
    parser.add_argument("--seeds", type=int, default=GUARD_STORES, help=f"how many stores (default {GUARD_STORES})")
    parser.add_argument("--seed", type=int, default=FIRST, help=f"the first seed (default {FIRST}, sealed)")
    parser.add_argument("--visitors", type=int, default=GUARD_VISITORS, help=f"a day (default {GUARD_VISITORS:,})")
    parser.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--save", action="store_true", help="write the tables to bench/grade/RESULTS.md")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
