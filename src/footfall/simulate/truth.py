"""What is true of a simulated store, kept apart from its events so that nothing can cheat."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from footfall.simulate.setting import Store

TIME = pa.timestamp("us", tz="UTC")

CARTS = pa.schema(
    {
        "person": pa.string(),
        "user_id": pa.string(),
        "anon_id": pa.string(),
        "user_session": pa.string(),
        "category": pa.string(),
        "day": pa.date32(),
        "started": TIME,
        "last_activity": TIME,
        "closed": TIME,
        "intended": pa.string(),
        "state": pa.string(),
        "provisional": pa.bool_(),
        "worth": pa.int64(),
        "at_stake": pa.int64(),
    }
)
"""One row a cart: whose it is (the user id it may show, the browser, its first session), when it began and was last
touched, when it was bought or emptied, what was planned, its state when the period ends, and money in minor units."""

CELLS = pa.schema(
    {
        "category": pa.string(),
        "hour_of_week": pa.int32(),
        "weekday": pa.int32(),
        "hour": pa.int32(),
        "planted": pa.string(),
        "window": pa.bool_(),
        "lift": pa.float64(),
        "conversion_index": pa.float64(),
        "interest": pa.float64(),
        "buyers": pa.float64(),
        "gain": pa.int64(),
    }
)
"""One row a category and hour of the week (0 is Monday 00:00; weekday is ISO, 1 is Monday), expected, chance apart."""

BRANDS = pa.schema(
    {
        "category": pa.string(),
        "brand": pa.string(),
        "label": pa.string(),
        "products": pa.int32(),
        "range_share": pa.float64(),
        "view_share": pa.float64(),
        "seen": pa.float64(),
        "conversion": pa.float64(),
        "lost": pa.int64(),
    }
)
"""One row a brand in a category; '' is the null brand. ``conversion`` is against the category at the same prices."""

SOURCES = pa.schema(
    {
        "subject_kind": pa.string(),
        "subject": pa.string(),
        "label": pa.string(),
        "kind": pa.string(),
        "since": TIME,
        "until": TIME,
    }
)
"""Sources that are not plain shoppers: label is person or bot; whoever is not listed is a person, kind shopper."""

PARTS = {"carts": CARTS, "cells": CELLS, "brands": BRANDS, "sources": SOURCES}


@dataclass(frozen=True)
class Truth:
    """What is true of a store, once all its days are made.

    Attributes:
        store: what was simulated.
        until: the end of the last day; states of carts are as of then.
        cart_states: how many carts are in each state.
        abandoned_cart_rate: by the definition, over all carts; None without any.
        settled_cart_rate: the same over carts whose day is no longer provisional.
        carts: in the schema CARTS.
        cells: in the schema CELLS.
        brands: in the schema BRANDS.
        days: one row a local day, with the attributes of :class:`~footfall.simulate.tally.Tally`.
        sources: in the schema SOURCES.
    """

    store: Store
    until: datetime
    cart_states: dict[str, int]
    abandoned_cart_rate: float | None
    settled_cart_rate: float | None
    carts: pa.Table
    cells: pa.Table
    brands: pa.Table
    days: pa.Table
    sources: pa.Table

    @property
    def windows(self) -> pa.Table:
        """The discount windows: the rows of ``cells`` that are one."""
        return self.cells.filter(self.cells["window"])

    def labelled(self, label: str) -> pa.Table:
        """The brands of one label: fix, promote, fading or fine."""
        return self.brands.filter(pc.equal(self.brands["label"], label))

    def save(self, output: Path) -> Path:
        """Writes ``<output>.truth.json``, and beside it a Parquet file for each large part.

        Args:
            output: the file that holds the events.

        Returns:
            The path of the JSON file.
        """
        for name in ("carts", "cells"):
            pq.write_table(getattr(self, name), _beside(output, f"truth.{name}.parquet"), compression="zstd")
        path = _beside(output, "truth.json")
        path.write_text(json.dumps(self._summary(output), indent=1, default=str) + "\n")
        return path

    def _summary(self, output: Path) -> dict[str, Any]:
        days = self.days.to_pylist()
        return {
            "store": asdict(self.store),
            "until": self.until.isoformat(),
            "totals": {name: sum(day[name] for day in days) for name in self.days.schema.names if name != "day"},
            "abandoned_cart_rate": self.abandoned_cart_rate,
            "settled_cart_rate": self.settled_cart_rate,
            "cart_states": self.cart_states,
            "files": {name: _beside(output, f"truth.{name}.parquet").name for name in ("carts", "cells")},
            "windows": self.windows.to_pylist(),
            "brands": self.brands.to_pylist(),
            "sources": self.sources.to_pylist(),
            "days": days,
        }

    @classmethod
    def load(cls, output: Path) -> Truth:
        """Reads what :meth:`save` wrote beside a file of events."""
        told = json.loads(_beside(output, "truth.json").read_text())
        store = Store(**{**told["store"], "start": date.fromisoformat(told["store"]["start"])})
        large = {name: pq.read_table(_beside(output, f"truth.{name}.parquet")) for name in ("carts", "cells")}
        days = [{**day, "day": date.fromisoformat(day["day"])} for day in told["days"]]
        sources = [{**row, **{name: _instant(row[name]) for name in ("since", "until")}} for row in told["sources"]]
        return cls(
            store=store,
            until=datetime.fromisoformat(told["until"]),
            cart_states=told["cart_states"],
            abandoned_cart_rate=told["abandoned_cart_rate"],
            settled_cart_rate=told["settled_cart_rate"],
            **large,
            brands=pa.Table.from_pylist(told["brands"], BRANDS),
            days=pa.Table.from_pylist(days),
            sources=pa.Table.from_pylist(sources, SOURCES),
        )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _beside(output: Path, ending: str) -> Path:
    return output.with_name(f"{output.name}.{ending}")
