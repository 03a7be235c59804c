"""The command of the AWS plane: what it would cost."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from footfall.aws.sizes import DEFAULT, SIZES
from footfall.cli.options import Json

app = typer.Typer(help="The AWS plane: what it costs a month.", no_args_is_help=True)
SizeName = StrEnum("SizeName", {name: name for name in SIZES})  # type: ignore[misc]
SIZE = SizeName(DEFAULT)


@app.command()
def plan(size: Annotated[SizeName, typer.Option(help="How large the store is.")] = SIZE, json: Json = False) -> None:
    """Estimate what a store of some size costs a month on AWS, service by service, and say what dominates."""
    from footfall.aws import prices
    from footfall.cli import show

    chosen = SIZES[size]
    lines = prices.estimate(chosen)
    total = sum(line.dollars for line in lines)
    if json:
        show.as_json(
            {
                "size": chosen.name,
                "events_a_second": chosen.events,
                "prices": {"as_of": prices.AS_OF, "region": prices.REGION},
                "services": [line._asdict() for line in lines],
                "dollars_a_month": round(total, 2),
            }
        )
        return
    rows = [(line.service, f"{line.dollars:,.2f}", line.of) for line in lines]
    rows.append(("all", f"{total:,.2f}", f"{chosen.events:,} events a second"))
    show.out.print(show.table(f"A {chosen.name} store", ["service", "USD a month", "for"], rows, 1))
    show.out.print(
        f"{lines[0].service} is {lines[0].dollars / total:.0%} of it. List prices of {prices.AS_OF} in {prices.REGION},"
        " without free tiers, QuickSight and data sent out.",
        markup=False,
    )
