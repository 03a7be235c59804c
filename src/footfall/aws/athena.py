"""Questions asked of Athena: SQL in, rows out, typed as Athena says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from typing import Any

import boto3
import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

from footfall.ports import FootfallError

FIRST_WAIT, LONGEST_WAIT = 0.05, 1.0
PATIENCE = 120.0
"""Seconds that a question may take."""
_TYPES: dict[str, tuple[pa.DataType, Callable[[str], Any]]] = {
    **dict.fromkeys(("bigint", "integer", "int", "smallint", "tinyint"), (pa.int64(), int)),
    **dict.fromkeys(("double", "float", "real"), (pa.float64(), float)),
    "boolean": (pa.bool_(), lambda text: text == "true"),
    "date": (pa.date32(), date.fromisoformat),
}
"""What a type of Athena's is here, and how its values are written; every other is text."""


class Athena:
    """A database of the catalog, asked in a workgroup.

    Args:
        database: of the marts.
        group: the workgroup, which says where results lie and how much one question may read.
    """

    def __init__(self, database: str, group: str) -> None:
        self._database, self._group = database, group
        self._client = boto3.client("athena")

    def ask(self, sql: str) -> pa.Table:
        """The rows of a SELECT.

        Raises:
            FootfallError: Athena refused it, or took too long.
        """
        try:
            return self._rows(self._run(sql))
        except (BotoCoreError, ClientError) as error:
            raise FootfallError(f"Athena does not answer ({error}).") from error

    def _run(self, sql: str) -> str:
        context = {"Database": self._database}
        asked = {"QueryString": sql, "QueryExecutionContext": context, "WorkGroup": self._group}
        key = str(self._client.start_query_execution(**asked)["QueryExecutionId"])
        wait, until = FIRST_WAIT, time.monotonic() + PATIENCE
        while True:
            status = self._client.get_query_execution(QueryExecutionId=key)["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return key
            if status["State"] in ("FAILED", "CANCELLED"):
                raise FootfallError(f"Athena refused a question: {status.get('StateChangeReason', status['State'])}")
            if time.monotonic() > until:
                self._client.stop_query_execution(QueryExecutionId=key)
                raise FootfallError("Athena took too long over a question; ask for fewer days.")
            time.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    def _rows(self, key: str) -> pa.Table:
        pages = self._client.get_paginator("get_query_results").paginate(QueryExecutionId=key)
        columns: list[dict[str, Any]] = []
        rows: list[list[str | None]] = []
        for page in pages:
            told = page["ResultSet"]
            first = not columns
            columns = columns or told["ResultSetMetadata"]["ColumnInfo"]
            rows += islice(map(_values, told["Rows"]), int(first), None)
        return pa.table(dict(_columns(columns, rows)))


def _values(row: dict[str, Any]) -> list[str | None]:
    return [each.get("VarCharValue") for each in row["Data"]]


def _columns(columns: list[dict[str, Any]], rows: list[list[str | None]]) -> Iterator[tuple[str, pa.Array]]:
    for place, column in enumerate(columns):
        kind, read = _TYPES.get(column["Type"], (pa.string(), str))
        values = [None if (text := row[place]) is None else read(text) for row in rows]
        yield column["Name"], pa.array(values, kind)
