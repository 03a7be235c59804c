"""Incidents kept in DynamoDB: each step of the guard written so that twice is once and a torn one is written again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from secrets import token_hex
from typing import Any

import msgspec
from boto3.dynamodb.conditions import Key

from footfall.aws import incident_items as items
from footfall.aws.alert_members import Members
from footfall.aws.states import States
from footfall.aws.table import NUMBER, Table, Write
from footfall.incident import Alert, Incident, Verdict
from footfall.ports import Deed, FootfallError, GuardChanges, Moment

AT_ONCE = 99
"""Writes of one transaction: DynamoDB takes a hundred, of which one checks that nobody else writes."""
MARK = items.key("mark", "mark")
"""Counted up after every change; one that is torn before it is made again, and counted then."""
NEXT = "`footfall incidents list` shows them all."


class Incidents:
    """The incident store of an account: see ``ports.IncidentStore``.

    A step of up to ``AT_ONCE`` items is one transaction. A larger one is several, its states last: until then the
    place in the stream has not moved, so that a step torn by a crash is made again, and every item has an id of its
    own, so that it is the same. A second writer is refused by the generation of the states.

    Args:
        table: name of the DynamoDB table.
        clock: the time, seconds, for when items expire.
    """

    def __init__(self, table: str, clock: Callable[[], float] = time.time) -> None:
        self._table = Table(table, clock)
        self._states, self._members = States(self._table), Members(self._table)

    def close(self) -> None:
        """Nothing is held open."""

    def apply(self, changes: GuardChanges) -> None:
        """Keeps one step of the guard; what people did stays.

        Raises:
            FootfallError: another process has kept a later step, or the table cannot be written.
        """
        for _, alert in changes.alerts:
            self._members.keep(alert)
        moves = self._states.begin(changes.states)
        writes, room = list(self._writes(changes)), AT_ONCE - len(moves)
        while len(writes) > room or (writes and not moves):
            self._table.transact([*writes[:room], *self._states.unmoved(changes.states)])
            del writes[:room]
        if moves:
            self._table.transact([*writes, *moves])
            self._states.moved()
        self._withdraw({verdict.incident for verdict in changes.verdicts})
        if replace(changes, states={}) != GuardChanges():
            self._table.count(MARK)

    def state(self, name: str) -> bytes | None:
        """The snapshot kept last under a name."""
        return self._states.read(name)

    def incident(self, key: str) -> Incident:
        """One incident by its id or the beginning of it.

        Raises:
            FootfallError: there is none, or more than one.
        """
        whole = self._table.get(items.incident_key(key)) if key else None
        found = [whole] if whole else [each for each in self._kind(items.INCIDENT) if str(each["id"]).startswith(key)]
        if len(found) > 1:
            raise FootfallError(f"More than one incident begins with {key!r}; {NEXT}")
        if not found:
            raise FootfallError(f"There is no incident {key!r}; {NEXT}")
        return self._whole(found[0])

    def incidents(
        self, *, going: bool = False, rule: str | None = None, since: int | None = None, withdrawn: bool = False
    ) -> list[Incident]:
        """Incidents, the latest first; ``going``: neither closed nor resolved; ``withdrawn``: empty warnings too."""
        found = [
            item
            for item in self._kind(items.INCIDENT, since)
            if (not going or (item.get("closed") is None and "resolved" not in item))
            and rule in (None, item["rule"])
            and (withdrawn or not item.get("withdrawn"))
        ]
        return [self._whole(item) for item in sorted(found, key=lambda item: (-item[items.AT], item["id"]))]

    def alerts(self, incident: str) -> list[Alert]:
        """The alerts of an incident, oldest first, with all their evidence."""
        found = self._alerts(incident)
        return [items.alert_of(each, self._members.read(each["id"], int(each[items.MEMBERS]))) for each in found]

    def timeline(self, incident: str) -> list[Moment]:
        """What happened to an incident, in order."""
        found = self._parts(incident, items.MOMENT)
        moments = (Moment(int(item["when"]), item["what"], item["who"], item["note"]) for item in found)
        return sorted(moments, key=lambda moment: (moment.at, moment.who, moment.what))

    def verdicts(self, *, standing: bool = True, incident: str | None = None) -> list[Verdict]:
        """Verdicts, oldest first: those that were not withdrawn unless told otherwise."""
        found = self._kind(items.VERDICT) if incident is None else self._parts(incident, items.VERDICT)
        verdicts = [items.verdict_of(item) for item in found]
        kept = [each for each in verdicts if not standing or each.withdrawn is None]
        return sorted(kept, key=lambda verdict: (verdict.valid_from, verdict.id))

    def acknowledge(self, key: str, who: str, when: int, note: str = "") -> Incident:
        """Somebody looks after it."""
        said = _said(who, when, note)
        return self._act(key, "acknowledged", said, {"acknowledged": _json(said)})

    def mute(self, key: str, who: str, when: int, until: int, note: str = "") -> Incident:
        """No notification of its rule and kind of subject before ``until``.

        Raises:
            FootfallError: the end lies behind.
        """
        if until <= when:
            raise FootfallError("A mute ends in the future: footfall incidents mute ID --for 2h.")
        return self._act(key, "muted", _said(who, when, note), {"muted_until": until})

    def resolve(self, key: str, who: str, when: int, note: str = "", mistaken: bool = False) -> Incident:
        """A person closes it; where it was mistaken its verdicts are withdrawn, and the next build restates."""
        said = {**_said(who, when, note), "mistaken": mistaken}
        incident = self._act(key, "resolved", said, {"resolved": _json(said)})
        self._withdraw({incident.id})
        return incident

    def mark(self) -> int:
        """Changes whenever anything of an incident does."""
        return int((self._table.get(MARK) or {}).get(NUMBER, 0))

    def deeds(self, most: int) -> list[Deed]:
        """What people did, the latest first."""
        return [items.deed_of(item) for item in self._table.latest(items.DEED, most)]

    def record(self, deed: Deed) -> None:
        """Keeps for good what somebody did that is no act on an incident."""
        self._table.put(items.key(items.DEED, f"{deed.at:020}#{token_hex(8)}"), items.said_of_deed(deed))

    def waiting(self) -> list[Mapping[str, Any]]:
        """The notes that nobody was told yet, oldest first, as items."""
        return sorted(self._kind(f"{items.NOTE}#waiting"), key=lambda item: (item[items.AT], item[items.PART]))

    def told(self, note: Mapping[str, Any], how: str) -> None:
        """Says that a note waits no more: ``sent``, ``muted`` or ``resolved``."""
        place = {name: note[name] for name in (items.OWNER, items.PART)}
        self._table.transact([self._table.set(place, {items.KIND: f"{items.NOTE}#{how}"})])

    def _act(self, key: str, what: str, said: Mapping[str, Any], change: items.Item) -> Incident:
        incident = self.incident(key)
        deed = Deed(said["when"], said["who"], what, incident.id, said["note"])
        moment = {"when": deed.at, **items.said_of_deed(deed)}
        place = items.moment_key(incident.id, deed.at, what, deed.who)
        self._table.transact([self._table.set(items.incident_key(incident.id), change), self._table.set(place, moment)])
        self._table.count(MARK)
        return self.incident(incident.id)

    def _writes(self, changes: GuardChanges) -> Iterator[Write]:
        """Everything of a step but its states; each item once."""
        gone = {incident: at for incident, what, at in changes.events if what == "withdrawn"}
        told = {incident.id: items.said_of(incident) for incident in changes.incidents}
        for key in told | gone:
            yield self._table.set(items.incident_key(key), told.get(key, {}) | _gone(told.get(key, {}), gone.get(key)))
        order = f"{time.time_ns():020}"
        for number, (incident, alert) in enumerate(changes.alerts):
            of = {items.OF: incident} if incident else {}
            first = {items.PLACE: f"{order}#{number:06}"}
            yield self._table.set(items.alert_key(alert.id), items.said_of_alert(alert) | of, first)
        for verdict in changes.verdicts:
            once = {"withdrawn": verdict.withdrawn} if verdict.withdrawn is not None else {}
            yield self._table.set(items.verdict_key(verdict), items.said_of_verdict(verdict), once)
        for key, what, at in changes.events:
            moment = {"when": at, "what": what, "who": "", "note": ""}
            yield self._table.set(items.moment_key(key, at, what), moment)
        for note in changes.notes:
            yield self._table.set(items.note_key(note.incident, note.what), {}, items.said_of_note(note))

    def _withdraw(self, incidents: set[str]) -> None:
        """Takes back the verdicts of incidents that a person called a mistake; before or after, one of two sees it."""
        for key in sorted(incidents):
            resolved = msgspec.json.decode((self._table.get(items.incident_key(key)) or {}).get("resolved", "{}"))
            standing = self._parts(key, items.VERDICT) if resolved.get("mistaken") else []
            for item in standing:
                if "withdrawn" not in item:
                    place = {name: item[name] for name in (items.OWNER, items.PART)}
                    self._table.transact([self._table.set(place, {}, {"withdrawn": resolved["when"]})])

    def _whole(self, item: Mapping[str, Any]) -> Incident:
        return items.incident_of(item, [alert["id"] for alert in self._alerts(item["id"])])

    def _alerts(self, incident: str) -> list[items.Item]:
        index = items.BY_INCIDENT
        return self._table.query(Key(index.owner).eq(incident), index.name)

    def _kind(self, kind: str, since: int | None = None) -> list[items.Item]:
        index = items.BY_KIND
        wanted = Key(index.owner).eq(kind)
        return self._table.query(wanted if since is None else wanted & Key(index.order).gte(since), index.name)

    def _parts(self, incident: str, part: str) -> list[items.Item]:
        owner = Key(items.OWNER).eq(f"{items.INCIDENT}#{incident}")
        return self._table.query(owner & Key(items.PART).begins_with(f"{part}#"))


def _gone(told: items.Item, at: int | None) -> items.Item:
    """What a warning taken back is: closed, and not listed."""
    if at is None:
        return {}
    closed = told.get("closed")
    return {"withdrawn": True, "closed": at if closed is None else closed}


def _said(who: str, when: int, note: str) -> dict[str, Any]:
    return {"who": who, "when": when, "note": note}


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
