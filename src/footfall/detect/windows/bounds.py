"""Interval arithmetic over a condition: for which keys can it be true, where its numbers are known between bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from sqlglot import exp

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Range = tuple[Any, Any]
"""The least and the greatest value, each a number or an array."""

Truth = tuple[Any, Any]
"""Whether it can be true, whether it can be untrue."""

Look = Callable[[str], Range]
ANY: Range = (-np.inf, np.inf)
_EXACT = float(1 << 53)
_BOTH: Truth = (True, True)


def possible(conjuncts: Sequence[exp.Expr], rows: int, ranges: Callable[[str, Ints], Range]) -> Ints:
    """The rows for which every conjunct can be true.

    NULL counts as some number: what holds with NULL holds with any number in its place.

    Args:
        conjuncts: conditions over named numbers.
        rows: how many rows there are.
        ranges: the bounds of a named number for some rows.
    """
    chosen = np.arange(rows)
    for conjunct in conjuncts:
        if not len(chosen):
            break
        can, _ = truth(conjunct, lambda name, chosen=chosen: ranges(name, chosen))  # type: ignore[misc]
        chosen = chosen[np.broadcast_to(can, len(chosen))]
    return chosen


def conjuncts_of(node: exp.Expr) -> Iterator[exp.Expr]:
    """The conditions that one is made of, all of which must hold."""
    if isinstance(node, exp.Paren | exp.And):
        for part in (node.this, node.args.get("expression")):
            if part is not None:
                yield from conjuncts_of(part)
    else:
        yield node


def truth(node: exp.Expr, look: Look) -> Truth:
    """Whether a condition can be true and can be untrue."""
    if isinstance(node, exp.Paren):
        return truth(node.this, look)
    if isinstance(node, exp.Not):
        can, cannot = truth(node.this, look)
        return cannot, can
    if isinstance(node, exp.And | exp.Or):
        return _joined(node, truth(node.this, look), truth(node.expression, look))
    if isinstance(node, exp.Between):
        above = _compared(exp.GTE, number(node.this, look), number(node.args["low"], look))
        return _joined(exp.And(), above, _compared(exp.LTE, number(node.this, look), number(node.args["high"], look)))
    if type(node) in _COMPARE:
        return _compared(type(node), number(node.this, look), number(node.expression, look))
    return _BOTH


def number(node: exp.Expr, look: Look) -> Range:
    """The bounds of a numeric expression."""
    if isinstance(node, exp.Literal) and not node.is_string:
        return (float(node.name), float(node.name))
    if isinstance(node, exp.Column):
        return look(node.name)
    if isinstance(node, exp.Paren):
        return number(node.this, look)
    if isinstance(node, exp.Neg):
        low, high = number(node.this, look)
        return -high, -low
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        return _outward(_reckoned(node, number(node.this, look), number(node.expression, look)))
    return ANY


def _joined(node: exp.Expr, left: Truth, right: Truth) -> Truth:
    if isinstance(node, exp.And):
        return np.logical_and(left[0], right[0]), np.logical_or(left[1], right[1])
    return np.logical_or(left[0], right[0]), np.logical_and(left[1], right[1])


def _reckoned(node: exp.Expr, left: Range, right: Range) -> Range:
    if isinstance(node, exp.Add):
        return left[0] + right[0], left[1] + right[1]
    if isinstance(node, exp.Sub):
        return left[0] - right[1], left[1] - right[0]
    with np.errstate(invalid="ignore"):
        corners = [np.multiply(a, b) for a in left for b in right]
    corners = [np.where(np.isnan(corner), 0.0, corner) for corner in corners]
    return (
        np.minimum(np.minimum(corners[0], corners[1]), np.minimum(corners[2], corners[3])),
        np.maximum(np.maximum(corners[0], corners[1]), np.maximum(corners[2], corners[3])),
    )


def _outward(bounds: Range) -> Range:
    """Bounds that hold although numbers above 2**53 were rounded."""
    low, high = bounds
    if np.max(high, initial=0.0) < _EXACT and np.min(low, initial=0.0) > -_EXACT:
        return bounds
    low = np.where(np.abs(low) < _EXACT, low, np.nextafter(low, -np.inf))
    return low, np.where(np.abs(high) < _EXACT, high, np.nextafter(high, np.inf))


_COMPARE: dict[type[exp.Expr], Callable[[Range, Range], Truth]] = {
    exp.GT: lambda a, b: (a[1] > b[0], a[0] <= b[1]),
    exp.GTE: lambda a, b: (a[1] >= b[0], a[0] < b[1]),
    exp.LT: lambda a, b: (a[0] < b[1], a[1] >= b[0]),
    exp.LTE: lambda a, b: (a[0] <= b[1], a[1] > b[0]),
    exp.EQ: lambda a, b: (
        np.logical_and(a[0] <= b[1], b[0] <= a[1]),
        ~np.logical_and(np.equal(a[0], b[1]), np.equal(a[1], b[0])),
    ),
}


def _differ(left: Range, right: Range) -> Truth:
    same, other = _COMPARE[exp.EQ](left, right)
    return other, same


_COMPARE[exp.NEQ] = _differ


def _compared(kind: type[exp.Expr], left: Range, right: Range) -> Truth:
    return _COMPARE[kind](left, right)
