"""PyArrow's streaming CSV reader with types given and repeating texts as dictionaries, its own threads at work."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from bench.batch.work import Job

TITLE = "PyArrow open_csv, typed"
DISTRIBUTION = "pyarrow"

TEXT = pa.dictionary(pa.int32(), pa.string())
TYPES = {
    "event_time": pa.timestamp("s"),
    "event_type": TEXT,
    "product_id": pa.int64(),
    "category_id": pa.int64(),
    "category_code": TEXT,
    "brand": TEXT,
    "price": pa.float64(),
    "user_id": pa.int64(),
    "user_session": pa.string(),
}


def parse(job: Job) -> list[int]:
    """Rows, and the sum of prices in cents."""
    pa.set_cpu_count(job.threads)
    rows = cents = 0
    options = pyarrow.csv.ConvertOptions(column_types=TYPES, timestamp_parsers=["%Y-%m-%d %H:%M:%S UTC"])
    with pyarrow.csv.open_csv(job.csv, pyarrow.csv.ReadOptions(block_size=4 << 20), convert_options=options) as batches:
        for batch in batches:
            rows += batch.num_rows
            cents += round((pc.sum(batch.column("price")).as_py() or 0) * 100)
    return [rows, cents]
