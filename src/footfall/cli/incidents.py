"""Commands of the guard's incidents: list, show, ack, mute, resolve."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from footfall.cli.options import HOME, Home, Json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from footfall.embedded.incident_store import EmbeddedIncidents
    from footfall.incident import Alert, Incident, Verdict

app = typer.Typer(help="What the guard found: list, show, ack, mute, resolve.", no_args_is_help=True)

Key = Annotated[str, typer.Argument(help="The incident's id, or the beginning of it.")]
By = Annotated[str | None, typer.Option("--by", help="Who says so; the user of this machine if none.")]
Said = Annotated[str, typer.Option("--note", help="What to remember about it.")]
SHORT = 8
"""Characters of an id that tables show."""
MOST = 10
"""Alerts that are shown; --json holds them all."""
UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}


@app.command("list")
def listed(
    going: Annotated[bool, typer.Option("--going", help="Only those that go on and nobody resolved.")] = False,
    rule: Annotated[str | None, typer.Option("--rule", help="Only those of one rule.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only those that went on after this day began, UTC.")
    ] = None,
    home: Home = HOME,
    json: Json = False,
) -> None:
    """List incidents, the latest first."""
    from datetime import UTC

    from footfall.cli import show

    after = int(since.replace(tzinfo=UTC).timestamp() * 1000) if since else None
    found = _store(home).incidents(going=going, rule=rule, since=after)
    if json:
        show.as_json({"incidents": [_document(incident) for incident in found]})
    elif found:
        _line("incident", "severity", "state", "opened, UTC", "what", style="dim")
        for one in found:
            _line(one.id[:SHORT], one.severity, _state(one), show.moment(one.opened), one.headline)
        show.err.print(f"\nfootfall incidents show {found[0].id[:SHORT]}", style="dim", markup=False)
    else:
        show.out.print("No incident.")


@app.command("show")
def shown(incident: Key, home: Home = HOME, json: Json = False) -> None:
    """Show an incident whole: what happened, the evidence, who is judged, what people did."""
    from footfall.cli import show

    store = _store(home)
    found = store.incident(incident)
    alerts, moments, verdicts = store.alerts(found.id), store.timeline(found.id), _verdicts(store, found)
    if json:
        timeline = [moment._asdict() for moment in moments]
        show.as_json(_document(found) | {"alerts": alerts, "timeline": timeline, "verdicts": verdicts})
        return
    show.out.print(found.headline, style="bold", markup=False)
    for name, text in _facts(found, verdicts):
        show.out.print(f"{name}: {text}", markup=False)
    for moment in moments:
        said = " ".join(part for part in (moment.what, moment.who and f"by {moment.who}", moment.note) if part)
        show.out.print(f"{show.moment(moment.at)}  {said}", markup=False)
    _print_alerts(alerts)
    if not found.resolved:
        show.err.print(f"\nfootfall incidents ack {found.id[:SHORT]}, mute, or resolve", style="dim", markup=False)


@app.command("ack")
def acknowledge(incident: Key, by: By = None, note: Said = "", home: Home = HOME, json: Json = False) -> None:
    """Say that somebody looks after it."""
    found = _store(home).acknowledge(incident, _who(by), _now(), note)
    _answer(found, f"{found.id} is looked after by {found.acknowledged['who']}.", json)


@app.command("mute")
def mute(
    incident: Key,
    length: Annotated[str, typer.Option("--for", help="How long: 30m, 2h, 1d. A mute always ends.")],
    by: By = None,
    note: Said = "",
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Send no message about its rule and kind of subject for a while."""
    from footfall.cli import show

    now = _now()
    found = _store(home).mute(incident, _who(by), now, now + _length(length), note)
    _answer(
        found, f"{found.rule} of {found.subject_kind} is muted until {show.moment(found.muted_until or 0)} UTC.", json
    )


@app.command("resolve")
def resolve(
    incident: Key,
    mistaken: Annotated[
        bool, typer.Option("--mistaken", help="It was no attack: its verdicts are withdrawn, figures restated.")
    ] = False,
    by: By = None,
    note: Said = "",
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Close it for good; nothing more is sent about it."""
    found = _store(home).resolve(incident, _who(by), _now(), note, mistaken)
    told = "its verdicts are withdrawn; restate the figures: footfall build" if mistaken else "its verdicts stay"
    _answer(found, f"{found.id} is resolved, {told}.", json)


def _line(key: str, severity: str, state: str, opened: str, what: str, style: str = "") -> None:
    """One incident a line, its sentence never cut."""
    from footfall.cli import show

    line = f"{key:<8}  {severity:<8}  {state:<12}  {opened:<19}  {what}"
    show.out.print(line, style=style, markup=False, soft_wrap=True)


def _store(home: Path) -> EmbeddedIncidents:
    from footfall.embedded.incident_store import EmbeddedIncidents
    from footfall.layout import Layout

    return EmbeddedIncidents(Layout(home))


def _verdicts(store: EmbeddedIncidents, incident: Incident) -> list[Verdict]:
    return store.verdicts(standing=False, incident=incident.id)


def _answer(incident: Incident, sentence: str, json: bool) -> None:
    from footfall.cli import show

    if json:
        show.as_json(_document(incident))
    else:
        show.out.print(sentence, markup=False)


def _document(incident: Incident) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(incident) | {"state": _state(incident)}


def _state(incident: Incident) -> str:
    if incident.resolved:
        return "mistaken" if incident.resolved.get("mistaken") else "resolved"
    if incident.closed is not None:
        return "over"
    return "looked after" if incident.acknowledged else "going on"


def _facts(incident: Incident, verdicts: list[Verdict]) -> list[tuple[str, str]]:
    from footfall.detect.verdicts import excluded, shared

    out = sum(map(excluded, verdicts))
    crowds, back = sum(map(shared, verdicts)), sum(verdict.withdrawn is not None for verdict in verdicts)
    judged = (
        f"{len(verdicts):,} judged: {out:,} left out of the figures, {crowds:,} shared by people, {back:,} withdrawn"
    )
    return [
        ("incident", f"{incident.id}, {incident.severity}, {_state(incident)}, score {incident.score:,}"),
        ("rule", f"{incident.rule} version {incident.version}: {incident.evidence.get('title', '')}"),
        ("threat", f"{incident.evidence.get('threat', '')}, {incident.evidence.get('class', '')}"),
        ("subjects", f"{incident.subjects:,} of kind {incident.subject_kind}, {len(incident.alerts):,} alerts"),
        ("verdicts", judged),
    ]


def _print_alerts(alerts: list[Alert]) -> None:
    """The worst alerts a line each, then what the very worst one's events were."""
    from footfall.cli import show
    from footfall.detect.headlines import leading

    worst = sorted(alerts, key=lambda alert: (-leading(alert.counts)[1], alert.id))[:MOST]
    if worst:
        show.out.print("\nThe worst", style="bold")
    for alert in worst:
        counts = ", ".join(f"{value:,} {name}" for name, value in alert.counts.items())
        _indented(f"{alert.subject.name}  {show.moment(alert.first_event)} to {_clock(alert.last_event)}  {counts}")
    for title, lines in _evidence(worst[0].evidence) if worst else ():
        show.out.print(f"\n{title}", style="bold", markup=False)
        for line in lines:
            _indented(line)


def _evidence(evidence: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Some of the events, what they asked for most, and whatever else a rule put down: titles with their lines."""
    if samples := evidence.get("samples"):
        yield f"{len(samples)} of its events", [_event(sample) for sample in samples]
    for name, value in evidence.items():
        if name.startswith("top_"):
            yield f"Most {name.removeprefix('top_')}", [f"{count:>7,}  {what}" for what, count in value]
        elif name not in {"samples", "window", "watch"}:
            yield name.replace("_", " ").capitalize(), [str(value)]


def _event(sample: dict[str, Any]) -> str:
    said = [sample[name] for name in ("event_type", "path", "product_id", "user_id", "user_session", "status")]
    seen = [str(each) for each in said if each is not None]
    return "  ".join([_clock(sample["event_time"]), *seen])


def _clock(milliseconds: int) -> str:
    """The time of day of a moment, UTC."""
    from footfall.cli import show

    return show.moment(milliseconds).split()[-1]


def _indented(line: str) -> None:
    from footfall.cli import show

    show.out.print(f"  {line}", markup=False, soft_wrap=True)


def _who(by: str | None) -> str:
    from getpass import getuser

    try:
        return by or getuser()
    except (KeyError, OSError):
        return "somebody"


def _now() -> int:
    import time

    return time.time_ns() // 1_000_000


def _length(text: str) -> int:
    """Milliseconds of ``30m``, ``2h``, ``1d``.

    Raises:
        FootfallError: something else.
    """
    from footfall.ports import FootfallError

    number, unit = text[:-1], text[-1:]
    if not number.isascii() or not number.isdigit() or unit not in UNITS or not 0 < int(number) * UNITS[unit] < 10**11:
        raise FootfallError(f"--for takes a length of time such as 30m, 2h or 1d, not {text!r}.")
    return int(number) * UNITS[unit]
