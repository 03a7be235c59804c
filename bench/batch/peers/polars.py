"""Lazy scan with a schema, ``unique()`` and a sink partitioned by day, all on the streaming engine.

The questions are group-bys over ``scan_parquet``.
"""

from __future__ import annotations

import polars as pl

from bench.batch.work import Answers, Job, rows

TITLE = "Polars"
DISTRIBUTION = "polars"

SCHEMA = {
    "event_time": pl.String,
    "event_type": pl.String,
    "product_id": pl.Int64,
    "category_id": pl.Int64,
    "category_code": pl.String,
    "brand": pl.String,
    "price": pl.Decimal(10, 2),
    "user_id": pl.Int64,
    "user_session": pl.String,
}
TIME = pl.col("event_time").str.to_datetime("%Y-%m-%d %H:%M:%S UTC")


def load(job: Job) -> None:
    """Brings the file into the lake."""
    events = pl.scan_csv(job.csv, schema=SCHEMA).with_columns(TIME).unique()
    by_day = pl.PartitionBy(job.lake, key=pl.col("event_time").dt.date().alias("event_date"), include_key=False)
    events.sink_parquet(by_day, compression="zstd", mkdir=True)


def answer(job: Job) -> Answers:
    """Asks all four questions in one pass over the lake."""
    events = pl.scan_parquet(job.lake / "**/*.parquet", hive_partitioning=True, hive_schema={"event_date": pl.Date})
    asked = {"visitors": visitors(events), "carts": carts(events), "hours": hours(events), "brands": brands(events)}
    answers = pl.collect_all(list(asked.values()), engine="streaming")
    return {name: rows(table.iter_rows()) for name, table in zip(asked, answers, strict=True)}


def visitors(events: pl.LazyFrame) -> pl.LazyFrame:
    """Visitors per day."""
    return events.group_by("event_date").agg(pl.col("user_id").n_unique())


def carts(events: pl.LazyFrame) -> pl.LazyFrame:
    """Carts per day, and what came of them."""
    pair = ["user_id", "product_id"]
    kind, day = pl.col("event_type"), pl.col("event_date")
    carted = events.filter(kind == "cart").group_by(day, *pair).agg(added=pl.len())
    bought = events.filter(kind == "purchase").group_by(pair).agg(last_bought=day.max())
    came_of = (pl.col("last_bought") >= day).sum()
    return carted.join(bought, on=pair, how="left").group_by("event_date").agg(pl.col("added").sum(), pl.len(), came_of)


def hours(events: pl.LazyFrame) -> pl.LazyFrame:
    """Sessions that viewed a category, by hour."""
    category = pl.coalesce("category_code", pl.col("category_id").cast(pl.String)).alias("category")
    views = events.filter(pl.col("event_type") == "view")
    return views.group_by(category, pl.col("event_time").dt.hour()).agg(pl.col("user_session").n_unique())


def brands(events: pl.LazyFrame) -> pl.LazyFrame:
    """Sessions that viewed a brand, and that bought it."""
    session, kind = pl.col("user_session"), pl.col("event_type")
    viewed, bought = (session.filter(kind == name).n_unique().alias(name) for name in ("view", "purchase"))
    return events.group_by(pl.col("brand").fill_null("")).agg(viewed, bought)
