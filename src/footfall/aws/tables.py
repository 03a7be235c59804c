"""The tables of the lake on S3: prefix, columns, partition key, and how a query finds a day without a crawler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from footfall.event import glue_columns
from footfall.layout import EVENT_KEY

RAW, EVENTS, VERDICTS = "raw", "events", "verdicts"
FIRST_DAY = "2015-01-01"


@dataclass(frozen=True, slots=True)
class Described:
    """A table as the catalog has it: its columns are Hive types by name, ``key`` is the day that partitions it."""

    meaning: str
    prefix: str
    key: str
    columns: Mapping[str, str]

    def projection(self, bucket: str) -> dict[str, str]:
        """The table's parameters by which Athena works out its partitions."""
        return {
            "projection.enabled": "true",
            f"projection.{self.key}.type": "date",
            f"projection.{self.key}.format": "yyyy-MM-dd",
            f"projection.{self.key}.range": f"{FIRST_DAY},NOW+1DAY",
            "storage.location.template": f"s3://{bucket}/{self.prefix}/{self.key}=${{{self.key}}}/",
        }


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
    "withdrawn": "bigint",
    "changed_at": "bigint",
}
"""A verdict as it was after a change; of an ``id`` the row with the latest ``changed_at`` holds."""

TABLES = {
    RAW: Described("events as judged, by the UTC day they came", "raw", "day", glue_columns(as_sent=True)),
    EVENTS: Described("events of each store-local day, once each", f"lake/{EVENTS}", EVENT_KEY, glue_columns()),
    VERDICTS: Described("verdicts as they changed, by the UTC day of the change", "verdicts", "day", VERDICT_COLUMNS),
}
