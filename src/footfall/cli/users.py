"""Commands of the dashboard's accounts: add, list, remove, trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from footfall.cli.options import HOME, Home, Json

if TYPE_CHECKING:
    from pathlib import Path

    from footfall.ports import LivePlane
    from footfall.web.access_store import AccessStore

HERE = "No account: the dashboard is open to this machine, and to no other."
NOBODY = "No account: nobody may see the dashboard; footfall users add NAME --deployed"
app = typer.Typer(help="Who may see the dashboard: add, list, remove, trail.", no_args_is_help=True)

Deployed = Annotated[bool, typer.Option("--deployed", help="Of the dashboard on AWS, not of this machine's.")]
Name = Annotated[str, typer.Argument(help="Of the account, as its owner logs in.")]


@app.command("add")
def add(
    name: Name,
    viewer: Annotated[bool, typer.Option("--viewer", help="May look, and not acknowledge, mute or resolve.")] = False,
    deployed: Deployed = False,
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Make an account, or change its password and role; the password is asked for, or read from a pipe."""
    from footfall.cli import show
    from footfall.ports import FootfallError
    from footfall.web.access_password import hashed
    from footfall.web.access_store import Account, Role

    if not name.strip() or not name.isprintable() or len(name) > 80:
        raise FootfallError("A name has 1 to 80 printable characters: footfall users add NAME")
    role = Role.VIEWER if viewer else Role.OPERATOR
    _store(home, deployed).keep(Account(name.strip(), role, hashed(_password())))
    if json:
        show.as_json({"name": name.strip(), "role": role})
    else:
        show.out.print(f"{name.strip()} may log in as {role}; from now on everybody has to log in.", markup=False)


@app.command("list")
def listed(deployed: Deployed = False, home: Home = HOME, json: Json = False) -> None:
    """List the accounts."""
    from footfall.cli import show

    accounts = _store(home, deployed).accounts()
    if json:
        show.as_json([{"name": account.name, "role": account.role} for account in accounts])
    elif accounts:
        show.out.print(show.table("", ["name", "role"], [(one.name, str(one.role)) for one in accounts], 2, 80))
    else:
        show.out.print(NOBODY if deployed else HERE)


@app.command("remove")
def remove(name: Name, deployed: Deployed = False, home: Home = HOME, json: Json = False) -> None:
    """End an account and its sessions at once."""
    from footfall.cli import show
    from footfall.ports import FootfallError

    if not _store(home, deployed).remove(name):
        raise FootfallError(f"There is no account {name!r}; `footfall users list` shows them all.")
    if json:
        show.as_json({"removed": name})
    else:
        show.out.print(f"{name} may no longer log in.", markup=False)


@app.command("trail")
def trail(
    most: Annotated[int, typer.Option("--most", min=1, help="How many, the latest first.")] = 50,
    deployed: Deployed = False,
    home: Home = HOME,
    json: Json = False,
) -> None:
    """List what people did: acknowledged, muted, resolved, exported, logged in."""
    from footfall.cli import show

    deeds = _live(home, deployed).trail(most)
    if json:
        show.as_json(deeds)
    elif deeds:
        rows = [(show.moment(deed.at), deed.who, deed.what, deed.about, deed.note) for deed in deeds]
        show.out.print(show.table("", ["when, UTC", "who", "what", "about", "note"], rows, 5, 60))
    else:
        show.out.print("Nobody did anything yet.")


def _store(home: Path, deployed: bool) -> AccessStore:
    if deployed:
        from footfall.aws.access import Accesses

        return Accesses(_table())
    from footfall.embedded.access import EmbeddedAccess
    from footfall.layout import Layout

    return EmbeddedAccess(Layout(home))


def _live(home: Path, deployed: bool) -> LivePlane:
    if deployed:
        from footfall.aws.live import Live

        return Live(_table())
    from footfall.embedded.live import EmbeddedLive
    from footfall.embedded.run import open_lake

    return EmbeddedLive(open_lake(home))


def _table() -> str:
    """The deployment's table of incidents, which keeps accounts too."""
    from footfall.cli.deploy import signed_in

    signed_in()
    from footfall.aws.deploy import parts

    return parts.one(parts.KEPT, "RecordIncidents")


def _password() -> str:
    """Asked for twice at a terminal; else the first line that is piped in.

    Raises:
        FootfallError: too short, too long, or not the same twice.
    """
    import sys
    from getpass import getpass

    from footfall.ports import FootfallError
    from footfall.web.access_password import LEAST, MOST

    told = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not LEAST <= len(told) <= MOST:
        raise FootfallError(f"A password has {LEAST} characters or more, {MOST:,} at most; try again.")
    if sys.stdin.isatty() and getpass("Once more: ") != told:
        raise FootfallError("That was not the same; try again: footfall users add NAME")
    return told
