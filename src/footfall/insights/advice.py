"""What a marketer is told of a brand: why it has its label, in numbers, and what to try."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from footfall.insights.columns import Table

USUAL_CARTS = 0.9
"""Share of its peers' carts from which the cart is not what a brand lacks."""

Texts = NDArray[np.str_]


def advise(table: Table) -> tuple[Texts, Texts]:
    """Why every row of a table of judged brands has its label, and what to try."""
    rows = [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]
    return np.array([why(row) for row in rows], dtype=str), np.array([advice(row) for row in rows], dtype=str)


def why(row: dict[str, Any]) -> str:
    """The numbers behind a label, as sentences."""
    if not row["among"]:
        return f"Seen in {row['exposed']:,.0f} sessions; too few brands of its category and price to compare it with."
    if row["label"] == "Too little data":
        rate = f"{row['expected_rate']:.1%}" if row["expected_rate"] else "nothing"
        enough = f"it takes {row['floor']:,.0f} to judge it" if row["floor"] else "nothing can be judged"
        return f"Seen in {row['exposed']:,.0f} sessions; where its peers sell in {rate} of them, {enough}."
    sold = (
        f"Bought in {row['bought']:,.0f} of {row['exposed']:,.0f} sessions that saw it: {row['rate']:.1%}"
        f" (90% interval {row['low']:.1%} to {row['high']:.1%}), where brands of its category and price"
        f" ({row['peers']:,.0f} compared) sell in {row['expected_rate']:.1%}."
    )
    return sold + _seen(row)


def _seen(row: dict[str, Any]) -> str:
    if row["label"] == "Promote":
        return f" It is seen {row['seen']:.2f} times as often as its share of the range."
    if row["label"] == "Fading":
        fall = f"{row['seen_first']:.1%} to {row['seen_last']:.1%}"
        return f" Its share of its category's exposures fell week after week, from {fall}."
    return ""


def advice(row: dict[str, Any]) -> str:
    """What to try, as sentences."""
    if row["label"] == "Fix":
        if row["carted"] < USUAL_CARTS * row["expected_carted"]:
            return "Seldom put in the cart: compare price, pictures and stock with its peers'. Do not advertise it yet."
        return "Put in the cart, but not bought: look at delivery, stock and the checkout. Do not advertise it yet."
    return {
        "Promote": "Show it more: lists, recommendations, mail. It sells when it is seen.",
        "Fading": "Find out why it is seen less: ranking, stock, a campaign that ended.",
        "Fine": "Nothing to do.",
        "Too little data": "Wait, or show it to more visitors before judging it.",
    }[row["label"]]
