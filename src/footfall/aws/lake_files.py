"""Files of the lake: rows of a table as Parquet in the folder of their day."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import boto3
import pyarrow as pa
import pyarrow.parquet as pq

from footfall.aws.tables import Described
from footfall.layout import partition


def put(bucket: str, described: Described, day: date, name: str, rows: pa.Table) -> str:
    """Puts rows of a table into a file of a day, in place of the one of that name; its key."""
    key, buffer = f"{described.prefix}/{partition(described.key, day)}/{name}.parquet", BytesIO()
    pq.write_table(rows, buffer, compression="zstd")
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=buffer.getvalue())
    return key
