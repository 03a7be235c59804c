"""How well the insights find what is true: windows, brands and rates against a store whose truth is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from footfall.insights.columns import Columns

Window: TypeAlias = tuple[str, int, int]
"""Category, ISO weekday, local hour."""
Pair: TypeAlias = tuple[str, str]
"""Brand and category."""


@dataclass(frozen=True, slots=True)
class WindowScore:
    """Confirmed discount windows against the true ones.

    Attributes:
        true: how many there are.
        found: how many of them are among the confirmed.
        wrong: how many of the confirmed are none.
        precision: share of the confirmed that are true; 1 where none is confirmed.
        recall: share of the true that are confirmed; 1 where there is none.
    """

    true: int
    found: int
    wrong: int
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class BrandScore:
    """Brands labelled Fix against those that lose money.

    Attributes:
        true, found, wrong, precision, recall: as of windows.
        lost: money that the true ones lose, in minor units.
        money: share of it that the found ones lose; 1 where nothing is lost.
    """

    true: int
    found: int
    wrong: int
    precision: float
    recall: float
    lost: int
    money: float


@dataclass(frozen=True, slots=True)
class RateScore:
    """A rate against its truth, both between 0 and 1; error is their distance."""

    true: float
    measured: float
    error: float


def confirmed_windows(table: Columns) -> set[Window]:
    """The confirmed discount windows of :func:`footfall.insights.windows.discount_windows`."""
    rows = zip(*(table[name] for name in ("label", "status", "category", "weekday", "hour")), strict=True)
    return {(str(c), int(w), int(h)) for label, status, c, w, h in rows if (label, status) == ("discount", "confirmed")}


def brands_to_fix(table: Columns) -> set[Pair]:
    """The pairs labelled Fix of :func:`footfall.insights.brands.brands_to_promote`."""
    rows = zip(*(table[name] for name in ("label", "brand", "category")), strict=True)
    return {(str(brand), str(category)) for label, brand, category in rows if label == "Fix"}


def grade_windows(confirmed: Collection[Window], truth: Collection[Window]) -> WindowScore:
    """Compares confirmed windows with the true ones."""
    return WindowScore(*_compare(set(confirmed), set(truth)))


def grade_brands(fix: Collection[Pair], lost: Mapping[Pair, int]) -> BrandScore:
    """Compares the brands to fix with what each brand loses.

    Args:
        fix: the pairs labelled Fix.
        lost: money lost by every pair that truly falls short, in minor units.
    """
    total = sum(lost.values())
    money = sum(lost[pair] for pair in set(fix) & set(lost)) / total if total else 1.0
    return BrandScore(*_compare(set(fix), set(lost)), lost=total, money=money)


def grade_rate(measured: float, truth: float) -> RateScore:
    """Compares a rate, such as that of abandoned carts, with its truth."""
    return RateScore(truth, measured, abs(measured - truth))


def _compare(told: set[Any], true: set[Any]) -> tuple[int, int, int, float, float]:
    hits = len(told & true)
    return len(true), hits, len(told - true), hits / len(told) if told else 1.0, hits / len(true) if true else 1.0


def mean_score(scores: Iterable[WindowScore | BrandScore | RateScore]) -> dict[str, float]:
    """The mean of every figure over several stores.

    Raises:
        ValueError: there are no scores, or they are not of one kind.
    """
    rows = [asdict(score) for score in scores]
    if not rows or any(row.keys() != rows[0].keys() for row in rows):
        raise ValueError("a mean needs scores of one kind, at least one")
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}
