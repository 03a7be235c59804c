"""Polars' streaming ``scan_csv`` with types given; every column is counted or summed."""

from __future__ import annotations

import polars as pl

from bench.batch.peers.polars import SCHEMA, TIME
from bench.batch.work import Job

TITLE = "Polars scan_csv, typed"
DISTRIBUTION = "polars"


def parse(job: Job) -> list[int]:
    """Rows, and the sum of prices in cents."""
    events = pl.scan_csv(job.csv, schema=SCHEMA).with_columns(TIME)
    counts = [pl.col(name).count() for name in SCHEMA if name != "price"]
    found = events.select(pl.len().alias("rows"), pl.col("price").sum(), *counts).collect(engine="streaming")
    return [found["rows"][0], round(found["price"][0] * 100)]
