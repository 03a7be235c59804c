"""The demo: the whole product on a simulated store that is attacked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footfall.cli.options import HOME, Home

if TYPE_CHECKING:
    from footfall.embedded.demo import Done
    from footfall.embedded.lake import EmbeddedLake
    from footfall.simulate import Store, Truth

DEMO_SETTINGS = '[store]\nname = "Demo store"\ntimezone = "Europe/Berlin"\ncurrency = "EUR"\n'


def demo(
    days: Annotated[int, typer.Option(min=1, help="Days to simulate.")] = 63,
    visitors: Annotated[int, typer.Option(min=1, help="Visitors a day.")] = 8_000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another store.")] = 1,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the summary.")] = False,
    home: Home = HOME,
) -> None:
    """Simulate a store under attack, bring it in, watch it, answer, grade itself and serve the dashboard."""
    from footfall.cli.guard_summary import print_marks
    from footfall.cli.summary import print_grade, print_next_steps, print_summary
    from footfall.embedded import demo as stage
    from footfall.embedded import run
    from footfall.embedded.answers import Answers

    file = _own_place(home, days, visitors, seed)
    lake = run.open_lake(home)
    store = _store(lake, days, visitors, seed)
    truth = _simulated(file, store)
    done = _watched(lake, store, _ingested(lake, file))
    _tell(store, done)
    answers = Answers(lake)
    print_summary(answers)
    print_marks(stage.marks(lake, truth, stage.attacked(store)[0]))
    print_grade(stage.grade(answers, truth))
    print_next_steps(home)
    if not no_serve:
        _served(home)


def _served(home: Path) -> None:
    """Serves the home and opens its dashboard where somebody sits before it."""
    import webbrowser

    from footfall.cli.guard import run_server
    from footfall.cli.options import PORT
    from footfall.cli.show import out
    from footfall.embedded.serve import free

    run_server(home, PORT if free(PORT) else 0, webbrowser.open if out.is_terminal else lambda _address: None)


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


def _store(lake: EmbeddedLake, days: int, visitors: int, seed: int) -> Store:
    from footfall.simulate import Store

    settings = lake.settings.store
    return Store(
        days=days,
        visitors=visitors,
        seed=seed,
        zone=settings.timezone,
        currency=settings.currency,
        processes=lake.settings.engine.workers,
    )


def _simulated(file: Path, store: Store) -> Truth:
    from footfall.cli import show
    from footfall.embedded.demo import population
    from footfall.simulate import Truth, write

    if file.exists():
        return Truth.load(file)
    _say(f"Simulating {store.days:,} days of about {store.visitors:,} visitors, the last two under attack")
    with show.counting("simulate") as step:
        return write(file, store, population(store), lambda _events, share: step(round(share * store.days), store.days))


def _ingested(lake: EmbeddedLake, file: Path) -> Path:
    """Brings the file in, unless that was done; gives where the demo puts down how far it has come."""
    from footfall.cli import show
    from footfall.embedded import run
    from footfall.embedded.demo import Done
    from footfall.ingest.source import Source

    note = file.with_suffix(".done.json")
    if not (note.exists() and lake.days()):
        _say("Taking its events into the lake")
        with show.reading("ingest", file.stat().st_size) as step:
            counts = run.ingest_source(lake, Source(str(file)), None, step)
        Done(counts.rows, counts.stored, counts.duplicates, counts.dead).save(note)
    return note


def _watched(lake: EmbeddedLake, store: Store, note: Path) -> Done:
    """Counts, lets the guard watch the days under attack unless that was done, and counts again what that moved."""
    from footfall.cli import show
    from footfall.embedded import demo as stage
    from footfall.embedded import run

    done = stage.Done.load(note)
    if not (done.watched and lake.layout.incidents.exists()):
        _say("Counting every day, bots included")
        with show.counting("build") as counted:
            run.build(lake, counted)
        _say("Watching the days under attack")
        with show.counting("watch", "events") as step:
            done.watched = stage.watch(lake, stage.attacked(store)[0], step)
        done.save(note)
        _say("Counting again what the verdicts touch")
    with show.counting("build") as counted:
        run.build(lake, counted)
    return done


def _tell(store: Store, done: Done) -> None:
    from footfall.cli import show

    show.out.print(
        f"A simulated store of {store.days:,} days: {done.rows:,} events = {done.stored:,} stored + "
        f"{done.duplicates:,} duplicate + {done.dead:,} dead-lettered; {done.watched:,} of them watched",
        style="dim",
    )


def _say(what: str) -> None:
    """What goes on, for those who see no bar."""
    from footfall.cli import show

    show.err.print(f"{what} …", style="dim", markup=False)


COMMANDS = (demo,)
