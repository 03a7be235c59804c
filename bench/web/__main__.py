"""``python -m bench.web``: runs the benchmark and prints what it found."""

from __future__ import annotations

import argparse
import shlex
import sys
from importlib.util import find_spec
from pathlib import Path

from tools.chromium import chromium

from bench.web import contest, report
from bench.web.overview import overview
from bench.web.peers import PEERS
from footfall.embedded.run import build, ingest_source, open_lake
from footfall.ingest.source import Source
from footfall.simulate import Store, write

DATA = Path(__file__).parents[1] / "data"
SAVED = Path(__file__).with_name("RESULTS.md")


def main(arguments: list[str]) -> int:
    """Makes the store where there is none, looks at every framework's page, prints the table."""
    options = _parser().parse_args(arguments)
    home = options.home or made(options.days, options.visitors)
    names = [name for name in options.peers if find_spec(PEERS[name].distribution)]
    for missing in sorted(set(options.peers) - set(names)):
        print(f"  {missing}: not installed; left out", file=sys.stderr)
    with chromium() as browser:
        entries = contest.hold(browser, home, names, options.rounds, overview(home).figures[0].shown)
    command = shlex.join(["python", "-m", "bench.web", *arguments])
    written = report.text(entries, command, _store(home), options.rounds)
    print(written)
    if options.save:
        SAVED.write_text(written)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m bench.web", description="The Overview page against other frameworks.")
    parser.add_argument("--home", type=Path, help="a home that is built, instead of a simulated one")
    parser.add_argument("--days", type=int, default=60, help="of the simulated store (default 60)")
    parser.add_argument("--visitors", type=int, default=5_000, help="a day of it (default 5,000)")
    parser.add_argument("--peers", type=lambda text: ["footfall", *_others(text)], default=list(PEERS), help="which")
    parser.add_argument("--rounds", type=int, default=9, help="looks at each page (default 9)")
    parser.add_argument("--save", action="store_true", help=f"write the table to {SAVED.relative_to(DATA.parents[1])}")
    return parser


def _others(text: str) -> list[str]:
    return [name for name in PEERS if name in text.split(",") and name != "footfall"]


def made(days: int, visitors: int) -> Path:
    """The home of a simulated store, made once."""
    home = DATA / f"web-{days}x{visitors}"
    if not (home / "made").exists():
        print(f"making {home.name} …", file=sys.stderr)
        home.mkdir(parents=True, exist_ok=True)
        file, lake = home / "events.parquet", open_lake(home)
        write(file, Store(days=days, visitors=visitors))
        ingest_source(lake, Source(str(file)), None, lambda _rows, _position: None)
        build(lake, lambda _done, _days: None)
        file.unlink()
        (home / "made").touch()
    return home


def _store(home: Path) -> str:
    days = open_lake(home).days()
    return f"{sum(file.rows for file in days.values()):,} events over {len(days):,} days"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
