"""The demo: the whole product on a simulated store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footfall.cli.options import HOME, Home

if TYPE_CHECKING:
    from footfall.embedded.lake import EmbeddedLake
    from footfall.simulate import Truth

DEMO_SETTINGS = '[store]\nname = "Demo store"\ntimezone = "Europe/Berlin"\ncurrency = "EUR"\n'


def demo(
    days: Annotated[int, typer.Option(min=1, help="Days to simulate.")] = 63,
    visitors: Annotated[int, typer.Option(min=1, help="Visitors a day.")] = 8_000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another store.")] = 1,
    _no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the summary.")] = True,
    home: Home = HOME,
) -> None:
    """Simulate a store, bring it in, print the answers, and how near they are to the truth."""
    from footfall.cli import show
    from footfall.cli.summary import print_grade, print_next_steps, print_summary
    from footfall.embedded import run
    from footfall.embedded.answers import Answers
    from footfall.embedded.grade import grade_answers
    from footfall.ingest.source import Source

    file = _own_place(home, days, visitors, seed)
    lake = run.open_lake(home)
    truth = _simulated(file, lake, days, visitors, seed)
    with show.reading("ingest", file.stat().st_size) as step:
        counts = run.ingest_source(lake, Source(str(file)), None, step)
    with show.counting("build") as counted:
        run.build(lake, counted)
    show.out.print(
        f"A simulated store of {days:,} days: {counts.rows:,} events = {counts.stored:,} stored + "
        f"{counts.duplicates:,} duplicate + {counts.dead:,} dead-lettered",
        style="dim",
    )
    answers = Answers(lake)
    print_summary(answers)
    print_grade(grade_answers(answers, truth))
    print_next_steps(home)


def _own_place(home: Path, days: int, visitors: int, seed: int) -> Path:
    """The demo's file of events; a home that holds other data is left alone.

    Raises:
        FootfallError: the home holds a store already.
    """
    from footfall.layout import Layout
    from footfall.ports import FootfallError

    file = home / f"demo-{days}-{visitors}-{seed}.parquet"
    layout = Layout(home)
    if layout.events.exists() and not file.exists():
        raise FootfallError(
            f"{home} holds a store already; give the demo a home of its own: footfall demo --home demo-data"
        )
    home.mkdir(parents=True, exist_ok=True)
    if not layout.settings.exists():
        layout.settings.write_text(DEMO_SETTINGS)
    return file


def _simulated(file: Path, lake: EmbeddedLake, days: int, visitors: int, seed: int) -> Truth:
    from footfall.cli import show
    from footfall.simulate import Store, Truth, write

    if file.exists():
        return Truth.load(file)
    settings = lake.settings.store
    store = Store(
        days=days,
        visitors=visitors,
        seed=seed,
        zone=settings.timezone,
        currency=settings.currency,
        processes=lake.settings.engine.workers,
    )
    with show.counting("simulate") as step:
        return write(file, store, progress=lambda _events, share: step(round(share * days), days))


COMMANDS = (demo,)
