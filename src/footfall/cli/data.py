"""Commands that move data: ingest, build, query, export, simulate."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footfall.cli.options import HOME, PORT, Gross, Home, Json, Port, Since, Until

if TYPE_CHECKING:
    from footfall.embedded.lake import EmbeddedLake
    from footfall.ports import Counts


def ingest(
    files: Annotated[
        list[str] | None, typer.Argument(help="Files to take, or - for standard input; none takes staging/.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="Force a format instead of telling it from the content.")
    ] = None,
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Take files of events into the lake: REES46 CSV, Parquet, JSON lines, access logs; plain, gzip or zip.

    Taking a file twice changes nothing. Rows that cannot be used go to the dead letters with the reason.
    """
    from footfall.cli import show
    from footfall.embedded.run import open_lake
    from footfall.ports import Counts, FootfallError

    lake = open_lake(home)
    staged = [] if files else sorted(path for path in lake.layout.staging.glob("*") if path.is_file())
    if not files and not staged:
        raise FootfallError(f"Name a file to ingest, or put some into {lake.layout.staging}.")
    total = Counts()
    for name in files or map(str, staged):
        counts = _take(lake, name, form)
        total += counts
        if not json:
            show.out.print(f"{Path(name).name}: {_sentence(counts)}", markup=False)
    _put_away(staged)
    if json:
        show.as_json(asdict(total))
    elif total.dead:
        show.err.print(f"Dead letters and their reasons are in {lake.layout.dead_letters}.", style="dim", markup=False)


def _take(lake: EmbeddedLake, name: str, form: str | None) -> Counts:
    from footfall.cli import show
    from footfall.embedded.run import ingest_source
    from footfall.ingest.source import Source

    source = Source(name)
    with show.reading(source.name, source.size) as step:
        return ingest_source(lake, source, form, step)


def _sentence(counts: Counts) -> str:
    told = f"{counts.stored:,} stored + {counts.duplicates:,} duplicate + {counts.dead:,} dead-lettered"
    return f"{counts.rows:,} rows = {told}"


def _put_away(staged: list[Path]) -> None:
    for path in staged:
        done = path.parent / "done"
        done.mkdir(exist_ok=True)
        path.replace(done / path.name)


def replay(
    form: Annotated[str | None, typer.Option("--format", help="Read every letter in this format.")] = None,
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Read the dead letters again, once what was wrong is mended: settings, a format, Footfall itself.

    Rows that pass now are stored, the others stay with today's reason; an event that is stored already counts once.
    """
    from footfall.cli import show
    from footfall.embedded import run

    lake = run.open_lake(home)
    with show.counting("replay", "files") as step:
        counts = run.replay(lake, form, step)
    if json:
        show.as_json(asdict(counts))
        return
    show.out.print(_sentence(counts) if counts.rows else "There are no dead letters.", markup=False)
    if counts.stored:
        show.err.print("To count them: footfall build", style="dim")


def build(home: Home = HOME, json: Json = False) -> None:
    """Bring the marts up to date with the lake; only what changed is counted again."""
    from footfall.cli import show
    from footfall.embedded import run

    lake = run.open_lake(home)
    with show.counting("build") as step:
        report = run.build(lake, step)
    if json:
        show.as_json(asdict(report))
    else:
        show.out.print(f"{report.counted:,} of {report.days:,} days counted; everything is up to date.")


def query(
    sql: Annotated[str, typer.Argument(help="A SELECT over events and the marts.")],
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Ask the lake in SQL: the table events, and every mart under its name."""
    from footfall.cli import show
    from footfall.embedded.answers import Answers
    from footfall.embedded.run import open_lake

    rows = Answers(open_lake(home)).query(sql)
    if json:
        show.as_json(rows.to_pylist())
    else:
        show.rows(rows)


def export(
    name: Annotated[str, typer.Argument(help="What to export; `footfall export list` names everything.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A .csv or .parquet file; CSV on standard output if none.")
    ] = None,
    since: Since = None,
    until: Until = None,
    gross: Gross = False,
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Write an answer whole to a file: visitors, carts, hours, weekdays, windows, brands, funnel and the others."""
    from footfall.cli import show
    from footfall.detect.blocklist import FORMS
    from footfall.embedded.answers import Answers
    from footfall.embedded.export import guard_rows, rows_of, write_csv, write_file
    from footfall.embedded.guard_exports import GUARD, write_blocklist
    from footfall.embedded.run import open_lake

    if name == "list":
        _list_exports(json)
        return
    lake = open_lake(home)
    if name == "blocklist" and output and output.suffix in FORMS:
        show.err.print(f"{write_blocklist(lake, output):,} addresses in {output}.", markup=False)
        return
    if name in GUARD:
        rows = guard_rows(lake, name)
    else:
        rows = rows_of(Answers(lake, since and since.date(), until and until.date(), "gross" if gross else "net"), name)
    if json:
        show.as_json(rows.to_pylist())
    elif output:
        write_file(rows, output)
        show.err.print(f"{rows.num_rows:,} rows in {output}.", markup=False)
    else:
        write_csv(rows)


def _list_exports(json: bool) -> None:
    from footfall.cli import show
    from footfall.embedded.export import EXPORTS

    titles = {key: export.title for key, export in EXPORTS.items()}
    if json:
        show.as_json(titles)
    else:
        show.out.print(show.table("", ["name", "what"], list(titles.items()), 2, 80))


def simulate(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A .jsonl, .csv (REES46's nine columns) or .parquet file.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="Days to simulate.")] = 28,
    visitors: Annotated[int, typer.Option(min=1, help="Visitors a day; each makes about six events.")] = 5_000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another store.")] = 1,
    effects: Annotated[bool, typer.Option(help="Plant discount windows and weak brands.")] = True,
    processes: Annotated[int, typer.Option(min=0, help="Processes; 0 uses every core. The events are the same.")] = 0,
    live: Annotated[bool, typer.Option("--live", help="Play it to the collector as it happens.")] = False,
    rate: Annotated[float, typer.Option(min=0.1, max=5_000, help="Events a second, with --live.")] = 20,
    seconds: Annotated[float, typer.Option(min=1, help="How long, with --live; until Ctrl+C if none.")] = math.inf,
    port: Port = PORT,
    json: Json = False,
) -> None:
    """Write the events of a simulated store, and beside them what is true of it; or play a store that is open now."""
    if live:
        _play(seed, port, rate, seconds, json)
    else:
        _write(output, days, visitors, seed, effects, processes, json)


def _play(seed: int, port: int, rate: float, seconds: float, json: bool) -> None:
    from footfall.cli import show
    from footfall.embedded.play import play_store
    from footfall.simulate import Store

    total = None if math.isinf(seconds) else seconds
    with show.counting("open", "seconds") as step:
        sent = play_store(Store(seed=seed), port, rate, seconds, lambda elapsed: step(round(elapsed), total))
    if json:
        show.as_json({"events": sent, "seconds": seconds})
    else:
        show.out.print(f"{sent:,} events sent.")


def _write(output: Path | None, days: int, visitors: int, seed: int, effects: bool, processes: int, json: bool) -> None:
    import os

    from footfall.cli import show
    from footfall.ports import FootfallError
    from footfall.simulate import Store, write

    if output is None:
        raise typer.BadParameter("Name a file with -o, or play the store with --live.")

    store = Store(days=days, visitors=visitors, seed=seed, effects=effects, processes=processes or os.cpu_count() or 1)
    try:
        with show.counting("simulate", "days") as step:
            truth = write(output, store, progress=lambda _events, share: step(round(share * days), days))
    except (ValueError, FileNotFoundError) as error:
        raise FootfallError(f"{error}.") from error
    events = sum(truth.days.column("events").to_pylist())
    if json:
        show.as_json({"file": str(output), "events": events, "days": days, "seed": seed})
    else:
        show.out.print(f"{events:,} events in {output}; what is true of them is in {output}.truth.json", markup=False)


COMMANDS = (ingest, replay, build, query, export, simulate)
