"""Commands that look after an installation: init, doctor, digest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from footfall.cli.options import HOME, Home, Json


def init(home: Home = HOME, json: Json = False) -> None:
    """Write a commented footfall.toml; every line in it states a default."""
    from footfall.cli import show
    from footfall.config import template
    from footfall.layout import Layout
    from footfall.ports import FootfallError

    path = Layout(home).settings
    if path.exists():
        raise FootfallError(f"{path} is there already; edit it, or move it away first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(template())
    if json:
        show.as_json({"file": str(path)})
        return
    show.out.print(
        f"Wrote {path}. Set the store's time zone and currency there, then: footfall ingest FILE", markup=False
    )


def doctor(home: Home = HOME, json: Json = False) -> None:
    """Say what is wrong with this installation, and what to do about it."""
    from footfall.cli import show
    from footfall.embedded.doctor import examine

    findings = examine(home)
    if json:
        show.as_json([{"ok": finding.ok, "what": finding.what, "do": finding.do} for finding in findings])
    else:
        for finding in findings:
            show.out.print("ok" if finding.ok else "!!", style="green" if finding.ok else "red", end="  ")
            show.out.print(finding.what + (f"\n    → {finding.do}" if finding.do else ""), markup=False)
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


def digest(
    send: Annotated[bool, typer.Option("--send", help="Send it to the channels of [digest], or of [alerts].")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write it as a page into this folder.")] = None,
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Print the week as the weekly mail tells it; `serve` sends it by itself where [digest] says to whom."""
    from datetime import UTC, datetime

    from footfall.cli import show
    from footfall.embedded import digest as weekly
    from footfall.embedded.run import open_lake
    from footfall.ports import FootfallError

    lake = open_lake(home)
    told = weekly.compose(lake, datetime.now(UTC))
    targets = (lake.settings.digest.targets or lake.settings.alerts.targets) if send else ()
    if html:
        html.mkdir(parents=True, exist_ok=True)
        for name, picture in told.pictures.items():
            (html / name).write_bytes(picture)
        (html / "digest.html").write_text(told.html.replace('src="cid:', 'src="'), "utf-8")
    if wrong := weekly.send(lake, told, targets):
        raise FootfallError(f"Not every channel took it: {'; '.join(wrong)}. See [digest] in {lake.layout.settings}.")
    if json:
        show.as_json({"subject": told.subject, "text": told.text, "sent": len(targets)})
    elif not send:
        show.out.print(told.text, markup=False)
    else:
        show.out.print(f"Sent to {len(targets):,} channels.")


COMMANDS = (init, doctor, digest)
