"""The command that compares engines: every insight and every rule, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footfall.cli.options import HOME, Home, Json

if TYPE_CHECKING:
    from footfall.conformance import Result
    from footfall.ports import FootfallError


def conformance(
    engines: Annotated[str, typer.Option("--engines", help="Which, with commas between; all by default.")] = "",
    days: Annotated[int, typer.Option(min=2, help="Days of the store; the last two are attacked.")] = 3,
    visitors: Annotated[int, typer.Option(min=1, help="Visitors a day of the store.")] = 400,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another store.")] = 7,
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Run every insight and every rule on every engine over one seeded store; compare them row by row, for minutes."""
    from tempfile import TemporaryDirectory

    from footfall.cli import show
    from footfall.conformance import compared, installed
    from footfall.layout import Layout
    from footfall.ports import FootfallError

    chosen = _chosen(engines)
    missing = [engine for engine in chosen if not installed(engine)]
    if missing and engines:
        raise _not_there(missing)
    work = Layout(home).work
    work.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=work) as folder:
        found = list(compared([one for one in chosen if one not in missing], Path(folder), days, visitors, seed, _say))
    if json:
        show.as_json({"rows": [asdict(one) for one in found], "missing": missing})
    else:
        _print(found)
        if missing:
            show.err.print(str(_not_there(missing)), markup=False)
    if differing := sum(not one.equal for one in found):
        raise FootfallError(f"{differing} of {len(found)} comparisons differ; each is a bug of Footfall's.")


def _chosen(engines: str) -> list[str]:
    from footfall.conformance import ENGINES

    chosen = [name.strip() for name in engines.split(",") if name.strip()] or list(ENGINES)
    if unknown := [name for name in chosen if name not in ENGINES]:
        raise typer.BadParameter(f"No such engine: {', '.join(unknown)}; there are {', '.join(ENGINES)}.")
    return chosen


def _not_there(missing: Sequence[str]) -> FootfallError:
    from footfall.conformance import INSTALL
    from footfall.ports import FootfallError

    return FootfallError(f"Not installed, so not compared: {', '.join(missing)}. To install: {INSTALL}.")


def _say(what: str) -> None:
    from footfall.cli import show

    if show.err.is_terminal:
        show.err.print(what, style="dim", markup=False)


def _print(found: Sequence[Result]) -> None:
    from footfall.cli import show

    engines = list(dict.fromkeys(one.engine for one in found))
    cells = {(one.name, one.engine): one for one in found}
    rows = []
    for name in dict.fromkeys(one.name for one in found):
        mine = [cells.get((name, engine)) for engine in engines]
        most = max(one.rows for one in mine if one)
        rows.append([name, most, *(("equal" if one.equal else "DIFFERS") if one else "" for one in mine)])
    show.out.print(show.table("The same rows as the embedded plane", ["", "rows", *engines], rows))


COMMANDS = (conformance,)
