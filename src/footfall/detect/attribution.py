"""Who makes up a surge: the actors of the kinds of traffic that grew far over their share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from footfall.detect.history import History
from footfall.detect.surge import PANE
from footfall.incident import Finding, Severity, Subject

PURE = 4
"""A kind of traffic is blamed when it is so many times what is usual of it, and ``ROOM`` events."""

ROOM = 10

HANDS = 10
"""Visits below which an agent is not blamed: a busy visit or two is another rule's."""

Flags = Any


def attribute(events: pa.Table, since: int, until: int, history: History) -> tuple[Subject, ...]:
    """The actors to which a surge is attributed.

    Kinds are looked at from the plainest: events of no visit; then, where what is left of strangers (no user, referrer
    or campaign) is still far more than usual, by their agent. Whoever logged in, filled a cart, bought, or is a
    verified crawler, is left out.

    Args:
        events: relation rows of the surge's window; needs the columns of :data:`NEEDED`.
        since: start of the window, UTC ms.
        until: its end.
        history: what was usual.

    Returns:
        The actors, in order of name.
    """
    usual = history.pace() * max(PANE, until - since) / PANE
    rows = _without_people(events.select(NEEDED).cast(_PLAIN).filter(pc.equal(events["verified"], 0)))
    cookieless, strangers = _cookieless(rows), _strangers(rows)
    blamed = pa.chunked_array([pa.array([False] * len(rows), pa.bool_())])
    if _is_pure(pc.sum(cookieless).as_py(), usual * history.mix("cookieless")):
        blamed = cookieless
    rest = pc.and_(strangers, pc.invert(blamed))
    expected = usual * history.mix("strangers")
    if _is_pure(pc.sum(rest).as_py(), expected):
        agents = _agents(rows.filter(rest), expected, history)
        blamed = pc.or_(blamed, pc.and_(rest, pc.is_in(rows["user_agent"], value_set=agents)))
    return tuple(Subject("actor", name) for name in sorted(rows.filter(blamed)["actor"].unique().to_pylist()))


NEEDED = ["event_type", "user_id", "user_session", "user_agent", "referrer", "campaign", "actor", "verified"]
"""Columns of the relation that attribution reads."""

_PLAIN = pa.schema([(name, pa.int32() if name == "verified" else pa.string()) for name in NEEDED])


def attributed(finding: Finding, events: pa.Table, history: History) -> Finding:
    """An attack with its members; one that nobody can be blamed for is a crowd.

    Args:
        finding: of :class:`footfall.detect.surge.Surge`.
        events: relation rows of the finding's window.
        history: what was usual.
    """
    if finding.severity is Severity.INFO:
        return finding
    members = attribute(events, finding.since, finding.until, history)
    if not members:
        return replace(finding, watch="crowd", severity=Severity.INFO)
    return replace(finding, members=members)


def _without_people(rows: pa.Table) -> pa.Table:
    """Rows of actors that show nothing only customers do."""
    acts = pc.is_in(rows["event_type"], value_set=pa.array(["cart", "purchase", "remove_from_cart", "identify"]))
    known = pc.and_(pc.is_valid(rows["user_id"]), pc.not_equal(rows["event_type"], "login_failed"))
    people = rows.filter(pc.or_(acts, known))["actor"].unique()
    return rows.filter(pc.and_(pc.is_valid(rows["actor"]), pc.invert(pc.is_in(rows["actor"], value_set=people))))


def _cookieless(rows: pa.Table) -> Flags:
    return pc.is_null(rows["user_session"])


def _strangers(rows: pa.Table) -> Flags:
    return pc.and_(pc.is_null(rows["referrer"]), pc.is_null(rows["campaign"]))


def _agents(rows: pa.Table, usual: float, history: History) -> pa.Array:
    """Agents of which there is far more than their share of some usual number."""
    counts = rows.group_by("user_agent", use_threads=False)
    found = [
        row["user_agent"]
        for row in counts.aggregate([("actor", "count"), ("actor", "count_distinct")]).to_pylist()
        if row["user_agent"] is not None
        and row["actor_count_distinct"] >= HANDS
        and _is_pure(row["actor_count"], usual * history.share("agent", row["user_agent"], "events"))
    ]
    return pa.array(found, pa.string())


def _is_pure(seen: int | None, usual: float) -> bool:
    return (seen or 0) >= PURE * usual + ROOM
