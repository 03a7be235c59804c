"""The tables of the lake on S3: prefix, columns, partition key, and how a query finds a day without a crawler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from footfall.event import glue_columns
from footfall.layout import EVENT_KEY
from footfall.verdict_row import EVIDENCE

RAW, EVENTS, CLEAN, VERDICTS = "raw", "events", "clean", "verdicts"
FIRST_DAY = "2015-01-01"


@dataclass(frozen=True, slots=True)
class Described:
    """A table as the catalog has it: its columns are Hive types by name, ``key`` is the day that partitions it."""

    meaning: str
    prefix: str
    key: str
    columns: Mapping[str, str]
    key_type: str = "string"

    def projection(self, bucket: str) -> dict[str, str]:
        """The table's parameters by which Athena works out its partitions."""
        return {
            "projection.enabled": "true",
            f"projection.{self.key}.type": "date",
            f"projection.{self.key}.format": "yyyy-MM-dd",
            f"projection.{self.key}.range": f"{FIRST_DAY},NOW+1DAY",
            "storage.location.template": f"s3://{bucket}/{self.prefix}/{self.key}=${{{self.key}}}/",
        }


CLEAN_COLUMNS = {
    "week": "date",
    "event_date": "date",
    "hour": "int",
    "weekday": "int",
    "at": "bigint",
    "event_type": "string",
    "product_id": "string",
    "category": "string",
    "brand": "string",
    "price": "bigint",
    "quantity": "int",
    "visitor": "string",
    "session": "bigint",
    "bot": "int",
    "path": "string",
    "referrer": "string",
    "campaign": "string",
    "order_id": "string",
}
"""The relation that marts are counted from, without the day that partitions it."""

VERDICT_COLUMNS = {
    "id": "string",
    "subject_kind": "string",
    "subject": "string",
    "valid_from": "bigint",
    "valid_to": "bigint",
    "incident": "string",
    "rule": "string",
    "version": "int",
    "class": "string",
    "threat": "string",
    "confidence": "int",
    **dict.fromkeys(EVIDENCE, "bigint"),
    "withdrawn": "bigint",
    "changed_at": "bigint",
}
"""A verdict as it was after a change; of an ``id`` the row with the latest ``changed_at`` holds."""
_ARROW = {"string": pa.string(), "bigint": pa.int64(), "int": pa.int32()}
VERDICT_SCHEMA = pa.schema([(name, _ARROW[kind]) for name, kind in VERDICT_COLUMNS.items()])

TABLES = {
    RAW: Described("events as judged, by the UTC day they came", "raw", "day", glue_columns(as_sent=True)),
    EVENTS: Described("events of each store-local day, once each", f"lake/{EVENTS}", EVENT_KEY, glue_columns()),
    CLEAN: Described(
        "events by the store-local day of their visit, bots marked",
        f"lake/{CLEAN}",
        "session_date",
        CLEAN_COLUMNS,
        "date",
    ),
    VERDICTS: Described("verdicts as they changed, by the UTC day of the change", "verdicts", "day", VERDICT_COLUMNS),
}
