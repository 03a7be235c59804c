"""The weekly mail, sent once a week to each channel, however often the process is started."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from footfall.channels import LOG, tell
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.screen import EmbeddedPlane
from footfall.ports import FootfallError, GuardChanges
from footfall.web.digest import Digest, digest

SENT = "digest"
"""Name of the state that says which week's was sent last."""

Send = Callable[[str, Digest, Path], str]
"""Sends a digest to a channel, with a folder for its pictures; what went wrong, or nothing."""


def compose(lake: EmbeddedLake, now: datetime) -> Digest:
    """The digest of the week before ``now``.

    Raises:
        FootfallError: there is nothing to tell of yet.
    """
    settings = lake.settings
    today = now.astimezone(settings.store.zone).date()
    return digest(EmbeddedPlane(lake), settings.store, today, settings.alerts.page)


def send(lake: EmbeddedLake, told: Digest, targets: Iterable[str], post: Send | None = None) -> list[str]:
    """Sends a digest to some channels; what went wrong, a sentence each, without addresses."""
    post = mail if post is None else post
    lake.layout.work.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=lake.layout.work) as folder:
        return [wrong for target in targets if (wrong := post(target, told, Path(folder)))]


def due(lake: EmbeddedLake, now: datetime) -> str:
    """Which week's digest is due and was not sent, ``2026-W48``; nothing where none is."""
    wanted, local = lake.settings.digest, now.astimezone(lake.settings.store.zone)
    if not wanted.targets or (local.isoweekday(), local.hour) < (wanted.weekday, wanted.hour):
        return ""
    week = f"{local.isocalendar().year}-W{local.isocalendar().week:02d}"
    store = EmbeddedIncidents(lake.layout)
    try:
        return "" if store.state(SENT) == week.encode() else week
    finally:
        store.close()


def send_when_due(lake: EmbeddedLake, now: datetime, post: Send | None = None) -> bool:
    """Sends the digest where it is due; whether it went out. It is tried again where no channel took it.

    Raises:
        FootfallError: there is nothing to tell of, or no channel took it.
    """
    week = due(lake, now)
    if not week:
        return False
    targets = lake.settings.digest.targets
    wrong = send(lake, compose(lake, now), targets, post)
    if len(wrong) == len(targets):
        raise FootfallError(f"The digest could not be sent: {'; '.join(wrong)}")
    store = EmbeddedIncidents(lake.layout)
    store.apply(GuardChanges(states={SENT: week.encode()}))
    store.close()
    return True


def mail(target: str, told: Digest, folder: Path) -> str:
    """One digest to one channel: pictures in its text for mail, words alone for all others."""
    if target == LOG:
        return tell(target, told.subject, told.text)
    if not target.startswith(("mailto:", "mailtos:")):
        return tell(target, told.subject, told.text)
    files = []
    for name, picture in told.pictures.items():
        files.append(folder / name)
        files[-1].write_bytes(picture)
    inline = f"{target}{'&' if '?' in target else '?'}inline=yes&format=html"
    return tell(inline, told.subject, told.html, [str(file) for file in files])


def wait_for_weeks(lake: EmbeddedLake, stop: threading.Event, every: float, say: Callable[[str], None]) -> None:
    """Looks now and then whether the digest is due, until told to stop; what goes wrong is said and tried again."""
    wait = every
    while not stop.wait(wait):
        wait = every
        try:
            send_when_due(lake, datetime.now(UTC))
        except FootfallError as error:
            say(str(error))
            wait = timedelta(hours=1).total_seconds()
