"""The commands of the AWS plane: what it would cost, onto an account, how it is there, off again."""

from __future__ import annotations

from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from footfall.aws.sizes import DEFAULT, SIZES
from footfall.cli.options import Json

if TYPE_CHECKING:
    from footfall.aws.deploy.account import Account
    from footfall.aws.deploy.stack import Change, Event

app = typer.Typer(help="The AWS plane: what it costs, and onto an account with it.", no_args_is_help=True)
SizeName = StrEnum("SizeName", {name: name for name in SIZES})  # type: ignore[misc]
SIZE = SizeName(DEFAULT)
SIZE_HELP = f"How large the store is; the one that is deployed, or {DEFAULT}."
SET_HELP = "A parameter of the stacks as NAME=VALUE, again for more; those left out stay as they are."
RELEASE_HELP = "A release that is in the bucket, to go back to it; the code that is here by default."


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


@app.command()
def up(
    size: Annotated[SizeName | None, typer.Option(help=SIZE_HELP)] = None,
    release: Annotated[str, typer.Option(help=RELEASE_HELP)] = "",
    given: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=SET_HELP)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    json: Json = False,
) -> None:
    """Deploy the product to the AWS account that is signed in, or upgrade it: the code first, then stack by stack."""
    parameters = _parameters(given or [])
    signed_in()
    from footfall.aws.deploy import up as deploying
    from footfall.cli import show

    asked = deploying.Asked(str(size) if size else "", release, parameters)
    if dry_run:
        _show_changes(*deploying.changes(asked, _say), json)
        return
    done = deploying.up(asked, _tell, _say)
    if json:
        show.as_json({"release": done.release, "changed": done.changed, "write_key": done.write_key or None})
        return
    show.out.print(f"Release {done.release}; changed: {', '.join(done.changed) or 'nothing'}.", markup=False)
    if done.write_key:
        show.out.print(f"Clients send events with the write key {done.write_key}", markup=False)
    show.out.print("`footfall deploy status` says where to, and how everything is.", markup=False)


@app.command()
def status(json: Json = False) -> None:
    """Show the stacks, the release, the Flink application, the collector's address and the alarms."""
    account = signed_in()
    from footfall.aws.deploy import status as deployed
    from footfall.cli import show

    found = deployed.status()
    if json:
        show.as_json(
            {
                "account": account.number,
                "region": account.region,
                **found._asdict(),
                "stacks": [part._asdict() for part in found.stacks],
            }
        )
        return
    rows = [
        ("account", f"{account.number}, {account.region}"),
        ("size", found.size),
        ("release", found.release or "none"),
        ("releases", ", ".join(found.releases) or "none"),
        ("collector", found.address or "none"),
        ("dashboard", found.dashboard or "none"),
        ("write keys", found.write_keys or "none: no events are taken"),
        ("Flink", found.flink),
        ("alarms", ", ".join(f"{count} {state}" for state, count in found.alarms.items()) or "none"),
        ("ringing", ", ".join(found.ringing) or "none"),
    ]
    show.out.print(show.table("", ["", ""], rows, 2, 100))
    show.out.print(show.table("", ["stack", "status", "changed (UTC)"], found.stacks, 3))


@app.command()
def down(json: Json = False) -> None:
    """Take off the account what a later `up` makes again; name what is kept, and how to delete it."""
    signed_in()
    from footfall.aws.deploy import down as removing
    from footfall.cli import show

    gone = removing.down(_tell, _say)
    left = removing.left()
    if json:
        show.as_json({"deleted": gone, "kept": [each._asdict() for each in left]})
        return
    show.out.print(f"Deleted: {', '.join(gone) or 'nothing'}.", markup=False)
    if left:
        show.out.print(
            "Kept, with all events; the next `up` uses it, at another address of the collector. To delete it:"
        )
    for each in left:
        show.out.print(f"  {each.command}", markup=False, soft_wrap=True)


def _show_changes(release: str, changes: list[Change], json: bool) -> None:
    from footfall.cli import show

    if json:
        show.as_json({"release": release, "changes": [change._asdict() for change in changes]})
        return
    for change in changes:
        replaced = ", replaced" if change.replaced else ""
        show.out.print(f"{change.action:<7}{change.stack}/{change.resource} ({change.type}{replaced})", markup=False)
    show.out.print(f"Release {release}: {len(changes):,} resources would change.", markup=False)


def signed_in() -> Account:
    from footfall.ports import FootfallError

    if find_spec("boto3") is None:
        raise FootfallError("AWS's client is not installed: run `pip install 'footfall[aws]'`.")
    from footfall.aws.deploy.account import account

    return account()


def _parameters(given: list[str]) -> dict[str, str]:
    if wrong := [each for each in given if "=" not in each]:
        raise typer.BadParameter(f"{wrong[0]} is no NAME=VALUE", param_hint="--set")
    return {name: value for name, _, value in (each.partition("=") for each in given)}


def _tell(event: Event) -> None:
    """A line a resource that is done or failed."""
    from footfall.cli import show

    if not event.status.endswith("_IN_PROGRESS"):
        reason = f": {event.reason}" if event.status.endswith("_FAILED") else ""
        show.err.print(f"  {event.status:<18}{event.stack}/{event.resource}{reason}", markup=False, soft_wrap=True)


def _say(what: str) -> None:
    from footfall.cli import show

    show.err.print(f"{what} …", markup=False)
