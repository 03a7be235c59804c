"""An incident as people read it: what happened, beside what is usual, who, a few of the events."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from footfall import rules
from footfall.detect.headlines import duration, leading
from footfall.incident import Alert, Incident, Severity
from footfall.ports import Deed, FootfallError, LivePlane

SHIFTS = {
    "shift_cookieless": "far more requests than usual belong to no visit",
    "shift_strangers": "far more strangers than usual: neither customer nor referrer nor campaign",
    "shift_intents": "carts and purchases per view have halved",
    "shift_known": "logged-in customers hold still while traffic triples",
    "shift_hands": "a third of the usual number of hands",
    "shift_agents": "a third of the usual variety of browsers",
    "shift_paths": "a third of the usual variety of pages",
}
WORDS = {
    "actors": "sources",
    "agents": "user agents",
    "intents": "carts and purchases",
    "known": "events of known customers",
    "strangers": "events of strangers",
    "cookieless": "events without a visit",
    "most": "events in the busiest burst",
    "most_views": "views by the busiest",
    "failed": "failures",
    "longest_gap": "ms between events at most",
    "removes": "removals",
    "quick": "bought within seconds",
    "paid": "paid",
    "members": "sources take part",
}
ONE = {"intents": "cart or purchase"}
"""What is counted, where it is one and takes more than its last letter away."""
SILENT = ("panes", "gap_sum", "gap_squares")
"""Counts that a rule needs and nobody reads."""
USUAL = "usual_"
LISTS = {"top_agents": "User agents", "top_paths": "Paths", "top_products": "Products", "top_addresses": "Addresses"}
TONES = {Severity.INFO: "good", Severity.MEDIUM: "warn", Severity.HIGH: "warn", Severity.CRITICAL: "bad"}
BEYOND = "More than people do, at whatever hour."
"""Said of a rule whose bound is what people can do, not what is usual."""
KEPT = 200
"""Cards that are kept."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows; every text in it may come from an attacker.

    Attributes:
        incident: itself.
        crowd: volume made of people: a flash crowd, never an attack.
        going: it goes on, and nobody resolved it.
        state: in a word or two.
        tone: class of its colour.
        opened: clock time, store-local.
        lasted: how long it went on, or goes on.
        usual: a sentence that compares with what is usual.
        facts: short sentences of evidence.
        samples: some of the worst subject's events.
        lists: what those ask for most: title, and pairs of value and count.
        worst: subjects with their leading count.
    """

    incident: Incident
    crowd: bool
    going: bool
    state: str
    tone: str
    opened: str
    lasted: str
    usual: str
    facts: tuple[str, ...]
    samples: tuple[Mapping[str, Any], ...]
    lists: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    worst: tuple[tuple[str, int], ...]

    @property
    def muted(self) -> int | None:
        """Until when its kind is muted, ms."""
        return self.incident.muted_until


class Cards:
    """Makes cards, each once for as long as its incident stays the same."""

    def __init__(self, live: LivePlane, zone: ZoneInfo) -> None:
        self._live, self._zone = live, zone
        self._kept: OrderedDict[str, Card] = OrderedDict()

    def of(self, incident: Incident) -> Card:
        """The card of an incident."""
        kept = self._kept.get(incident.id)
        if kept is None or kept.incident != incident:
            kept = self._kept[incident.id] = card(incident, self._live.alerts(incident.id), self._zone)
        self._kept.move_to_end(incident.id)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return kept


def card(incident: Incident, alerts: list[Alert], zone: ZoneInfo) -> Card:
    """The card of an incident with its alerts."""
    evidence = max(alerts, key=lambda alert: (leading(alert.counts)[1], alert.id)).evidence if alerts else {}
    going = incident.closed is None and not incident.resolved
    end = incident.closed or incident.updated
    return Card(
        incident=incident,
        crowd=crowd(incident),
        going=going,
        state=state(incident),
        tone=TONES[incident.severity] if going else "muted",
        opened=clock(incident.opened, zone),
        lasted=lasted(end - incident.opened),
        usual=usual(incident),
        facts=tuple(facts(incident)),
        samples=tuple(event | {"clock": clock(event["event_time"], zone)} for event in evidence.get("samples", ())),
        lists=tuple((title, tuple(map(tuple, evidence[name]))) for name, title in LISTS.items() if evidence.get(name)),
        worst=tuple((str(name), int(count)) for name, count in incident.evidence.get("top", ())),
    )


def crowd(incident: Incident) -> bool:
    """Whether it is volume alone, made of people."""
    return incident.severity is Severity.INFO


def open_attacks(live: LivePlane) -> list[Incident]:
    """The attacks that go on, the latest first; crowds are none."""
    return [incident for incident in live.store.incidents(going=True) if not crowd(incident)]


def state(incident: Incident) -> str:
    """How it stands, in a word or two."""
    if incident.resolved:
        return "no attack after all" if incident.resolved.get("mistaken") else "resolved"
    if incident.closed is not None:
        return "over"
    return f"{incident.acknowledged['who']} looks after it" if incident.acknowledged else "going on"


def usual(incident: Incident) -> str:
    """``469 events in 1 min, 6.2 × the 75 that are usual at this hour.``"""
    counts: Mapping[str, int] = incident.evidence.get("counts", {})
    window = duration(int(incident.evidence.get("window", 1_000)))
    for name, value in counts.items():
        what = name.removeprefix(USUAL)
        if name.startswith(USUAL) and what in counts:
            said = f"{counted(what, counts[what])} in {window}"
            if value <= 0:
                return f"{said}, where none are usual at this hour."
            times = counts[what] / value
            return f"{said}, {times:,.{0 if times >= 10 else 1}f} × the {value:,} usual at this hour."
    return BEYOND


def facts(incident: Incident) -> Iterator[str]:
    """What else the rule counted, in words."""
    counts: Mapping[str, int] = incident.evidence.get("counts", {})
    for name, value in counts.items():
        if name in SHIFTS and value:
            yield SHIFTS[name]
        elif name not in (*SILENT, *SHIFTS) and not name.startswith(USUAL):
            yield counted(name, value)
    if members := incident.evidence.get("members"):
        yield counted("members", members)


def counted(name: str, value: int) -> str:
    """A count with what it counts.

    >>> counted("agents", 1), counted("paths", 1_200)
    ('1 user agent', '1,200 paths')
    """
    what = ONE[name] if value == 1 and name in ONE else WORDS.get(name, name.replace("_", " "))
    return f"{value:,} {what[:-1] if value == 1 and what.endswith('s') and ' of ' not in what else what}"


def lasted(ms: int) -> str:
    """A length of time as people say it.

    >>> [lasted(ms) for ms in (400, 20_000, 750_000, 4_350_000, 180_000_000)]
    ['1 s', '20 s', '12 min', '1 h 12 min', '2 d 2 h']
    """
    seconds = max(1, ms // 1_000)
    for size, unit, smaller, name in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} {seconds % size // smaller} {name}"
    return f"{seconds // 60} min" if seconds >= 60 else f"{seconds} s"


def advice(rule: str) -> tuple[str, str, str]:
    """Why a rule says so, when it may be wrong, what to do; nothing for a rule of one's own."""
    why, wrong, do = _headers().get(rule, ("", "", ""))
    return why[:1].upper() + why[1:], wrong, do


@cache
def _headers() -> dict[str, tuple[str, str, str]]:
    headers = (rule.header for rule in rules.rules().values())
    return {header.id: (header.why, header.false_positives, header.response) for header in headers}


def clock(ms: int, zone: ZoneInfo) -> str:
    """``3 Nov 11:12:28``, store-local."""
    at = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)
    return f"{at.day} {at:%b %H:%M:%S}"


def history(live: LivePlane, incident: Incident, zone: ZoneInfo) -> list[tuple[str, Deed]]:
    """What happened to an incident, each with its clock time."""
    return [(clock(deed.at, zone), deed) for deed in live.timeline(incident.id)]


def whole(live: LivePlane, key: str) -> Incident | None:
    """An incident by its whole id."""
    try:
        found = live.store.incident(key)
    except FootfallError:
        return None
    return found if found.id == key else None


Render = Callable[[Card, bool, bool], str]
"""Writes a card: for one who may act or not, who is to say their name or is known by it."""
