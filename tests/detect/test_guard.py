"""The guard's record depends on the events alone: not on batches, order of arrival or restarts."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from footfall import rules
from footfall.detect.arrivals import ALLOWED
from footfall.detect.blocklist import blocked
from footfall.detect.guard import Guard
from footfall.detect.windows.panes import Panes
from footfall.incident import Alert, Incident, Verdict
from footfall.ports import GuardChanges
from footfall.simulate import Store, scenario, simulate

ATTACKS = ("naive_flood", "scraper_fixed", "cart_hoarder", "card_tester", "false_crawler", "flash_sale", "clock_skew")
Record = dict[str, bytes]


@cache
def attacked() -> pa.Table:
    """A small store's day with attacks, in order of arrival."""
    store = Store(days=1, visitors=300, seed=3)
    events = pa.concat_tables([day for _, day in simulate(store, scenario(store, 3, ATTACKS))])
    return events.sort_by([("received_at", "ascending"), ("event_time", "ascending")])


def new_guard() -> Guard:
    """A guard that has seen nothing, with the rules of the package."""
    known = rules.rules()
    return Guard(known, rules.feeds(), Panes([watch for rule in known.values() for watch in rule.watches]))


def put_down(record: Record, changes: GuardChanges) -> None:
    """Keeps a step as a store does: by id, the last word wins; warnings are no part of the record."""
    alerts = [alert for _, alert in changes.alerts if not alert.provisional]
    kept: list[Alert | Incident | Verdict] = [*alerts, *changes.incidents, *changes.verdicts]
    record.update({one.id: msgspec.json.encode(one) for one in kept})


def watched(events: pa.Table, cuts: list[int], restarts: int = 0, warn: bool = False) -> Record:
    """The record of events fed in batches; ``restarts`` of the batches are followed by a restart."""
    guard, record = new_guard(), Record()
    for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, events.num_rows], strict=True)):
        put_down(record, guard.feed(events.slice(start, end - start)))
        if warn:
            put_down(record, guard.warn())
        if number % 3 == 1 and restarts:
            restarts, snapshot = restarts - 1, guard.snapshot()
            guard = new_guard()
            guard.restore(snapshot)
    put_down(record, guard.flush())
    return record


@cache
def undisturbed() -> Record:
    """The record of all events in one batch."""
    return watched(attacked(), [])


@pytest.mark.slow
def test_the_attacks_are_in_the_record() -> None:
    found = {
        rule for rule in rules.rules() if any(f'"rule":"{rule}"'.encode() in told for told in undisturbed().values())
    }
    assert {"source_flood", "card_test", "false_crawler"} <= found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_batches_warnings_and_restarts_do_not_matter(seed: int) -> None:
    events, chance = attacked(), np.random.default_rng(seed)
    cuts = sorted(chance.integers(0, events.num_rows, 25).tolist())
    assert watched(events, cuts, restarts=4, warn=True) == undisturbed()


@pytest.mark.slow
def test_the_order_of_arrival_within_the_allowed_lateness_does_not_matter() -> None:
    """Rows of one batch in any order: batches end where everything before them is past the allowed lateness."""
    events, chance = attacked(), np.random.default_rng(7)
    arrivals = pc.cast(events["received_at"], pa.int64()).to_numpy() // 1000
    cuts = np.flatnonzero(np.diff(arrivals) > 2 * ALLOWED)[::40] + 1
    bounds = [0, *cuts.tolist(), events.num_rows]
    mixed = [start + chance.permutation(end - start) for start, end in pairwise(bounds)]
    shuffled = events.take(pa.array(np.concatenate(mixed)))
    assert watched(shuffled, cuts.tolist()) == undisturbed()


@pytest.mark.slow
def test_the_blocklist_names_attackers_by_their_addresses_and_no_earlier_buyer() -> None:
    """The scraper is judged as a visit, not as an address; where it came from is shut out all the same."""
    told = [msgspec.json.decode(one, type=Verdict) for one in undisturbed().values() if b'"klass"' in one]
    now = pc.cast(pc.max(attacked()["event_time"]), pa.int64()).as_py() // 1000
    bought = attacked().filter(pc.equal(attacked()["event_type"], "purchase"))
    times = pc.cast(bought["event_time"], pa.int64()).to_numpy() // 1000
    sold = list(zip(bought["ip"].to_pylist(), times, strict=True))
    blocks = [block for block in blocked(told, now) if block.verdict.subject.kind != "ip"]
    assert blocks
    for block in blocks:
        assert not [at for ip, at in sold if ip == str(block.address) and at < block.verdict.valid_from]
