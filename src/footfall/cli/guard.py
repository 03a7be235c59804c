"""Commands of the guard: serve, watch, attack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footfall.cli.options import HOME, PORT, Home, Json, Port

if TYPE_CHECKING:
    from footfall.embedded.lake import EmbeddedLake


def serve(port: Port = PORT, home: Home = HOME) -> None:
    """Collect events over HTTP, watch them as they come, keep the figures up to date and show them, until Ctrl+C.

    The dashboard has the port after the collector's.
    """
    run_server(home, port)


def run_server(home: Path, port: int, opened: Callable[[str], object] = lambda _address: None) -> None:
    """Serves a home until Ctrl+C; ``opened`` is called with the dashboard's address.

    Raises:
        FootfallError: a port is taken, or another process serves this home.
    """
    from footfall.cli import show
    from footfall.embedded import serve as post
    from footfall.embedded.run import open_lake
    from footfall.ports import FootfallError

    lake = open_lake(home)

    def ready(taken: int, shown: int) -> None:
        show.err.print(f"Collecting at http://127.0.0.1:{taken}, watching, keeping {home}.", markup=False)
        show.err.print(f"The dashboard is at http://127.0.0.1:{shown}. Ctrl+C ends everything.", markup=False)
        opened(f"http://127.0.0.1:{shown}")
        show.err.print(f"Try it in another terminal: footfall attack naive_flood --rate 60 --port {taken}", style="dim")

    try:
        post.serve(home, lake.settings, port, ready)
    except OSError as error:
        raise FootfallError(
            f"Port {port} or the one beside it cannot be used ({error.strerror}); take others: footfall serve --port 0"
        ) from error
    show.err.print("Stopped; everything acknowledged is in the log.")


def watch(
    replay: Annotated[
        Path | None, typer.Option(help="Run a file of events through the detector and print the alerts as JSON lines.")
    ] = None,
    access_log: Annotated[
        Path | None, typer.Option(help="Follow a web server's access log as it grows, and watch that.")
    ] = None,
    form: Annotated[str | None, typer.Option("--format", help="Force the replayed file's format.")] = None,
    home: Home = HOME,
) -> None:
    """Watch the event log as it grows, until Ctrl+C; or replay a file in event time."""
    from footfall.embedded.run import open_lake

    lake = open_lake(home)
    if replay:
        _replay(lake, replay, form)
    else:
        _watch(lake, access_log)


def _replay(lake: EmbeddedLake, path: Path, form: str | None) -> None:
    from footfall.cli import show
    from footfall.embedded.replay import Replay, file_events
    from footfall.ingest.source import Source

    with file_events(lake, Source(str(path)), form) as (events, letters):
        for alert in Replay(lake).alerts(events):
            show.as_json(alert)
    if letters:
        show.err.print(f"{len(letters):,} rows could not be used; the first: {letters[0].reason}", markup=False)


def _watch(lake: EmbeddedLake, access_log: Path | None) -> None:
    from footfall.cli import show
    from footfall.embedded.post import watch_alone

    what = f"{access_log} and the event log" if access_log else "the event log"
    show.err.print(f"Watching {what} of {lake.layout.home}. Ctrl+C ends it.", markup=False)
    watch_alone(lake, access_log)


def attack(
    profile: Annotated[
        str, typer.Argument(help="Which attack, or how its name begins; `footfall attack list` names them all.")
    ],
    port: Port = PORT,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="How long it goes on.")] = 60,
    rate: Annotated[
        float | None, typer.Option(min=0.1, max=5_000, help="Events a second; as it comes if none.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another attacker.")] = 1,
    json: Json = False,
) -> None:
    """Attack one's own collector on this machine with a simulated attacker, for a bounded time."""
    from footfall.cli import show
    from footfall.embedded.play import play_attack
    from footfall.ports import FootfallError
    from footfall.simulate import kinds

    if profile == "list":
        titles = {name: (kind.group, kind.title) for name, kind in kinds().items()}
        if json:
            show.as_json({name: title for name, (_, title) in titles.items()})
        else:
            rows = [(name, group.removesuffix("s"), title) for name, (group, title) in titles.items()]
            show.out.print(show.table("", ["name", "kind", "what it does"], rows, 3, 90))
        return
    profile = next((name for name in kinds() if name == profile or name.startswith(f"{profile}_")), profile)
    if profile not in kinds():
        raise FootfallError(f"No attack is named {profile}; `footfall attack list` names them all.")
    with show.counting(profile, "seconds") as step:
        sent = play_attack(profile, port, seed, seconds, rate, lambda elapsed: step(min(elapsed, seconds), seconds))
    if json:
        show.as_json({"profile": profile, "events": sent, "seconds": seconds})
    else:
        show.out.print(
            f"{profile}: {sent:,} events sent; `footfall incidents list` shows what was noticed.", markup=False
        )


COMMANDS = (serve, watch, attack)
