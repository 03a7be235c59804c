"""Many marked stores as one report: precision, recall and F1 by profile, seconds to detect, false alerts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np

from footfall.detect.grade import Card, Profile

FALSE_POSITIVES = 0.001
"""The share of people that may be flagged where recall is read."""


def report(cards: Sequence[Card], floods: AbstractSet[str], apart: AbstractSet[str]) -> dict[str, Any]:
    """The marks of many stores together.

    Args:
        cards: one for each store.
        floods: the kinds of attack that must be found within seconds; the others are bots.
        apart: kinds stated apart: in no average.

    Returns:
        overall {precision, recall, macro_f1, recall_at_fpr_0001}, profiles, ttd_seconds {floods, bots: {p50, p99}} from
        an attack's first event and {loud_floods} from when it outgrew the store's own traffic,
        false_alerts {per_day, per_million_events}, critical_on_lookalikes, seeds, events.
    """
    by_kind: dict[str, list[Profile]] = {}
    for card in cards:
        for profile in card.profiles:
            by_kind.setdefault(profile.kind, []).append(profile)
    profiles = [_profile(kind, parts) for kind, parts in sorted(by_kind.items())]
    counted = {kind: parts for kind, parts in by_kind.items() if kind not in apart}
    days, clean = sum(card.days for card in cards), sum(card.clean_events for card in cards)
    false = sum(len(card.false_alerts) for card in cards)
    return {
        "overall": _overall(cards, counted, profiles, apart),
        "profiles": profiles,
        "ttd_seconds": {
            "floods": _times(parts for kind, parts in counted.items() if kind in floods),
            "bots": _times(parts for kind, parts in counted.items() if kind not in floods),
            "loud_floods": _times((parts for kind, parts in counted.items() if kind in floods), loud=True),
        },
        "false_alerts": {
            "per_day": _ratio(false, days),
            "per_million_events": _ratio(1e6 * false, clean),
            "by_rule": _by_rule(cards),
        },
        "critical_on_lookalikes": sum(card.critical_on_lookalikes for card in cards),
        "seeds": len(cards),
        "events": sum(card.events for card in cards),
    }


def _overall(
    cards: Sequence[Card],
    counted: Mapping[str, Sequence[Profile]],
    profiles: Sequence[Mapping[str, Any]],
    apart: AbstractSet[str],
) -> dict[str, float | None]:
    found, sources = (
        sum(getattr(part, name) for parts in counted.values() for part in parts) for name in ("found", "sources")
    )
    people = sum(card.flagged_people for card in cards)
    return {
        "precision": _ratio(found, found + people),
        "recall": _ratio(found, sources),
        "macro_f1": _mean([profile["f1"] for profile in profiles if profile["name"] not in apart]),
        "recall_at_fpr_0001": _recall_at(cards, counted),
    }


def _recall_at(cards: Sequence[Card], counted: Mapping[str, Sequence[Profile]]) -> float | None:
    """Mean recall over the attacks when only so many people may be flagged: who scores higher is flagged first."""
    allowed = int(FALSE_POSITIVES * sum(card.people for card in cards))
    people = sorted((score for card in cards for score, attack in card.scores if not attack), reverse=True)
    bound = people[allowed] if len(people) > allowed else -1
    found = Counter(attack for card in cards for score, attack in card.scores if score > bound)
    return _mean([found[kind] / sum(part.sources for part in parts) for kind, parts in counted.items()])


def _profile(kind: str, parts: Sequence[Profile]) -> dict[str, Any]:
    sources, found, people = (sum(getattr(part, name) for part in parts) for name in ("sources", "found", "people"))
    seconds = [part.seconds for part in parts if part.seconds is not None]
    return {
        "name": kind,
        "stores": len(parts),
        "noticed": len(seconds),
        "sources": sources,
        "precision": _ratio(found, found + people),
        "recall": _ratio(found, sources),
        "f1": _ratio(2 * found, found + people + sources) or 0.0,
        "ttd_p50_s": _quantile(seconds, 0.5),
        "ttd_p99_s": _quantile(seconds, 0.99),
        "leaked_events": _quantile([float(part.leaked) for part in parts], 0.5),
        "rules": sorted(set().union(*(part.rules for part in parts))),
    }


def _by_rule(cards: Sequence[Card]) -> dict[str, int]:
    names = [rule for card in cards for rule, _ in card.false_alerts]
    return {name: names.count(name) for name in sorted(set(names))}


def _times(groups: Iterable[Sequence[Profile]], *, loud: bool = False) -> dict[str, float | None]:
    """Quantiles of the seconds to detect; an attack that nobody noticed counts as never."""
    taken = [part.loud_seconds if loud else part.seconds for parts in groups for part in parts]
    seconds = [float("inf") if each is None else each for each in taken]
    return {"p50": _quantile(seconds, 0.5), "p99": _quantile(seconds, 0.99)}


def _quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that is reached by this share of them; None for never or for no value."""
    if not values:
        return None
    value = float(np.quantile(np.array(values), share, method="inverted_cdf"))
    return round(value, 3) if np.isfinite(value) else None


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
