"""What Athena answers is what the embedded plane answers, from the same marts.

The emulator's Athena runs DuckDB on the text that Athena is sent, which is Trino's: that Trino itself gives the same
rows is what `footfall conformance trino` compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest

from footfall import insights
from footfall.embedded.marts import mart
from footfall.embedded.screen import EmbeddedPlane
from footfall.embedded.whole import export_clean
from footfall.insights.exports import EXPORTS
from footfall.ports import DeadLetter, FootfallError
from tests.aws.tables import new_table
from tests.conftest import Home, temporary_home
from tests.web.conftest import fill

pytestmark = pytest.mark.slow
BUCKET, DATABASE, GROUP = "shown", "shown", "shown"


@dataclass(frozen=True)
class Both:
    """The same shop on both planes."""

    embedded: EmbeddedPlane
    deployed: Any


def catalogued(name: str, files: dict[str, Path], key: str = "") -> None:
    """A table of the catalog over files of the bucket."""
    s3 = boto3.client("s3")
    for place, path in files.items():
        s3.put_object(Bucket=BUCKET, Key=f"{name}/{place}", Body=path.read_bytes())
    described = {
        "Name": name,
        "PartitionKeys": [{"Name": key, "Type": "date"}] if key else [],
        "Parameters": {"classification": "parquet"},
        "StorageDescriptor": {
            "Columns": [],
            "Location": f"s3://{BUCKET}/{name}/",
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
        },
    }
    boto3.client("glue").create_table(DatabaseName=DATABASE, TableInput=described)


def bring(home: Home, folder: Path) -> None:
    """A home's lake and marts as the daily run leaves them."""
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    boto3.client("glue").create_database(DatabaseInput={"Name": DATABASE})
    results = {"ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/results/"}}
    boto3.client("athena").create_work_group(Name=GROUP, Configuration=results)
    lake = home.lake
    for name in (*insights.daily(), *insights.history(), *insights.standing()):
        table = mart(lake.layout, name)
        key = "as_of" if name in insights.standing() else "day"
        catalogued(name, {f"{key}={day}/part.parquet": table.path(file) for day, file in table.days().items()}, key)
    events = {f"event_date={day}/part.parquet": lake.table.path(file) for day, file in lake.days().items()}
    catalogued("events", events, "event_date")
    export_clean(lake, folder / "clean.parquet")
    catalogued("clean", {"part.parquet": folder / "clean.parquet"})


@pytest.fixture(scope="module")
def both(emulator: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """A shop."""
    from footfall.aws.athena import Athena
    from footfall.aws.live import Live
    from footfall.aws.screen import Screen

    assert emulator
    with temporary_home(timezone="Europe/Berlin", currency="EUR") as home:
        fill(home)
        bring(home, tmp_path_factory.mktemp("clean"))
        yield Both(
            EmbeddedPlane(home.lake), Screen(Live(new_table()), Athena(DATABASE, GROUP), "Europe/Berlin", BUCKET)
        )


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with whole numbers as such, however wide an engine makes them."""
    return [{name: int(value) if isinstance(value, Decimal) else value for name, value in row.items()} for row in rows]


@pytest.mark.parametrize("population", ["gross", "net"])
@pytest.mark.parametrize("name", [*EXPORTS, "arrivals"])
def test_every_answer_is_the_embedded_plane_s(both: Both, name: str, population: str) -> None:
    days = both.embedded.extent()
    asked = (name, days.first, days.last, population)
    own, told = both.embedded.rows(*asked), both.deployed.rows(*asked)
    assert told.column_names == own.column_names
    assert sorted(map(repr, plain(told.to_pylist()))) == sorted(map(repr, plain(own.to_pylist())))


def test_there_is_as_much_as_there_is(both: Both) -> None:
    own, told = both.embedded.extent(), both.deployed.extent()
    assert (told.first, told.last, told.until) == (own.first, own.last, own.until)
    assert told.mark == both.deployed.extent().mark
    assert set(both.embedded.exports()) - set(both.deployed.exports()) == {"changes"}


def test_what_cannot_be_answered_is_said_in_a_sentence(both: Both) -> None:
    from footfall.aws.athena import Athena

    with pytest.raises(FootfallError, match="refused"):
        Athena(DATABASE, GROUP).ask("SELECT nothing FROM nowhere")
    days = both.embedded.extent()
    with pytest.raises(FootfallError, match="no export"):
        both.deployed.rows("none", days.first, days.last, "net")


def test_dead_letters_are_there_the_latest_first(both: Both) -> None:
    s3 = boto3.client("s3")
    for number, day in enumerate(("2026-01-01", "2026-01-02")):
        line = f'{{"source": "raw", "line": {number}, "reason": "late", "row": "{{}}"}}\n'
        s3.put_object(Bucket=BUCKET, Key=f"dead_letters/day={day}/x", Body=line.encode())
    assert {letter.line for letter in both.deployed.letters()} == {0, 1}
    assert next(both.deployed.letters()) == DeadLetter("raw", 1, "late", "{}")
