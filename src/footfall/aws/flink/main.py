"""The application as Managed Flink runs it: ``raw`` → judged → ``clean`` and, by every rule's windows, ``signals``.

What it is told: the property group ``footfall`` (region, raw, clean, signals: names or ARNs of streams) of the file
that Managed Flink writes, or that FOOTFALL_PROPERTIES names; a group ``kinesis`` may add options of the connector.
Parallelism, checkpoints and where to go on from are the cluster's to say.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import DataTypes, Schema, StreamTableEnvironment
from pyflink.table.udf import udf

HERE = Path(__file__).resolve().parent
PROPERTIES = "/etc/flink/application_properties.json"
SETTINGS = {
    "table.local-time-zone": "UTC",
    "table.exec.state.ttl": "24 h",  # of steps: longer than any window, as long as the stream remembers
    "python.fn-execution.bundle.time": "200",
    "python.fn-execution.arrow.batch.size": "1000",
}
READS = {
    "scan.stream.initpos": "TRIM_HORIZON",
    "scan.shard-assigner": "uniform",  # a shard a task, as long as there are tasks: time passes shard by shard
    "scan.shard.getrecords.intervalmillis": "500",
}
WRITES = {"sink.flush-buffer.timeout": "200", "sink.batch.max-size": "100"}
IN_ORDER = {"sink.requests.max-inflight": "1"}
SLACK = 5_000
"""ms that a beat is behind the clock: an event may be so long on its way into the stream."""
KINDS = {"BIGINT": DataTypes.BIGINT(), "STRING": DataTypes.STRING()}

Properties = dict[str, dict[str, str]]


def main() -> None:
    """Builds the job and hands it over."""
    plan, told = json.loads((HERE / "plan.json").read_text("utf-8")), properties()
    environment = StreamExecutionEnvironment.get_execution_environment()
    tables = StreamTableEnvironment.create(environment)
    for name, value in SETTINGS.items():
        tables.get_config().set(name, value)
    tables.add_python_file(str(HERE / "python"))
    for statement in streams(told):
        tables.execute_sql(statement)
    _judged(tables, plan)
    for view in plan["views"]:
        tables.execute_sql(view)
    job = tables.create_statement_set()
    job.add_insert_sql(f"INSERT INTO `clean` SELECT `clean` FROM `{plan['stream']}` WHERE `clean` IS NOT NULL")
    job.add_insert_sql(f"INSERT INTO `signals` {plan['letters']}")
    signals = "\nUNION ALL ".join(f"({each})" for each in plan["signals"])
    job.add_insert_sql(f"INSERT INTO `signals` SELECT `line` FROM (\n{signals}\n) ORDER BY `at`")
    job.add_insert_sql(f"INSERT INTO `raw_beats` SELECT {_beat()} FROM `clock`")
    job.attach_as_datastream()
    _named(environment)
    environment.execute("footfall")


def properties() -> Properties:
    """The property groups, by their names."""
    groups = json.loads(Path(os.environ.get("FOOTFALL_PROPERTIES", PROPERTIES)).read_text("utf-8"))
    return {group["PropertyGroupId"]: group["PropertyMap"] for group in groups}


def streams(told: Properties) -> list[str]:
    """The tables: the streams, a record a row, and a clock."""
    own, more = told["footfall"], told.get("kinesis", {})
    common = {"connector": "kinesis", "aws.region": own["region"], "format": "raw", **more}
    read, written = common | READS, common | WRITES
    arrival = "`arrived` TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL"
    number = "`number` STRING METADATA FROM 'sequence-number' VIRTUAL"
    return [
        _table("raw", f"`line` BYTES, {arrival}, {number}", own["raw"], read),
        _table("clean", "`line` STRING", own["clean"], written),
        _table("signals", "`line` STRING", own["signals"], written | IN_ORDER),
        _table("raw_beats", "`line` STRING", own["raw"], written),
        "CREATE TABLE `clock` (`n` BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1')",
    ]


def _table(name: str, columns: str, stream: str, options: Mapping[str, str]) -> str:
    chosen = {"stream": stream.rpartition("/")[2], **options}
    told = ", ".join(f"'{option}' = '{value}'" for option, value in chosen.items())
    return f"CREATE TABLE `{name}` ({columns}) WITH ({told})"


def _judged(tables: Any, plan: dict[str, Any]) -> None:
    """The stream that rules read, and beside it what goes on as it is; its time follows arrival."""
    columns = {"clean": "STRING", "letter": "STRING", **plan["columns"]}
    fields = [DataTypes.FIELD(name, KINDS[kind]) for name, kind in columns.items()]
    judge = udf(_judge, result_type=DataTypes.ROW(fields), func_type="pandas")
    judged = tables.from_path("raw").map(judge).alias(*columns)
    schema = Schema.new_builder()
    for name, kind in columns.items():
        schema = schema.column(name, KINDS[kind])
    schema = schema.column_by_expression(*plan["rowtime"]).watermark(plan["rowtime"][0], plan["watermark"])
    tables.create_temporary_view(plan["stream"], tables.to_data_stream(judged), schema.build())


def _named(environment: Any) -> None:
    """Names operators by what they do, so that a release with other rules finds the state of all that is as it was.

    Flink itself would number them, and give one rule's windows to another. What reads and writes goes by its table.
    """
    known: dict[int, str] = {}
    taken = Counter[str]()

    def name(node: Any) -> str:
        if node.getId() in known:
            return known[node.getId()]
        inputs = [name(each) for each in node.getInputs()]
        told = re.sub(r"\[\d+\]", "", node.getDescription() or node.getName())
        ends = not inputs or node.getClass().getSimpleName() == "SinkTransformation"
        uid = node.getName().partition("[")[0] if ends else sha256("\n".join([told, *inputs]).encode()).hexdigest()
        taken[uid] += 1
        known[node.getId()] = uid if taken[uid] == 1 else f"{uid} {taken[uid]}"
        node.setUid(known[node.getId()])
        return known[node.getId()]

    for node in environment._j_stream_execution_environment.getTransformations():
        name(node)


def _judge(records: Any) -> Any:
    """Runs beside Flink, over as many records as came together."""
    import pandas as pd

    from footfall.aws.flink.judgement import judged

    lines, moments, numbers = (records.iloc[:, place] for place in range(3))
    found = judged(list(lines), [round(moment.timestamp() * 1000) for moment in moments], list(numbers))
    return pd.DataFrame({name: pd.Series(values, dtype="object") for name, values in found.items()})


def _beat() -> str:
    """A record of ``raw`` that lets time pass where nobody comes; it goes through the shards and overtakes nothing."""
    return f"""CONCAT('{{"beat": ', CAST(1000 * UNIX_TIMESTAMP() - {SLACK} AS STRING), '}}') AS `line`"""


if __name__ == "__main__":
    main()
