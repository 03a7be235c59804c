"""Laws of every resource in every template that is committed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from footfall import insights
from footfall.aws import questions
from footfall.aws.sizes import SIZES
from footfall.event import FIELDS
from tests.infra.stacks import TEMPLATES, Resource, resources, statements, text

NO_RESOURCE = ("dynamodb:ListStreams", "logs:", "xray:")
"""Actions that AWS allows on everything or not at all; they read no data."""
PREFIX = re.compile(
    r".*[}/:](raw|verdicts|dead_letters|lake/events|lake/clean|marts|releases|results|temporary|staging/rees46"
    r"|cleaned/rees46|jobs|aws-glue-databrew|(table|userDefinedFunction)/\{NotebookTables\w+\})/\*"
)
KEPT = ("AWS::S3::Bucket", "AWS::Kinesis::Stream", "AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::Glue::Table")
RUNS = {
    "AWS::Lambda::Function": "Role",
    "AWS::KinesisAnalyticsV2::Application": "ServiceExecutionRole",
    "AWS::Glue::Job": "Role",
    "AWS::DataBrew::Job": "RoleArn",
    "AWS::StepFunctions::StateMachine": "RoleArn",
}


def offenders(found: list[Resource]) -> list[str]:
    """Where they are."""
    return [resource.place for resource in found]


def test_every_size_has_every_stack() -> None:
    stacks = {size: {path.name for path in TEMPLATES if path.parent.name == size} for size in SIZES}
    assert {path.parent.name for path in TEMPLATES} == set(SIZES)
    assert stacks["small"] >= {"footfall-kept.json", "footfall-live.json", "footfall-batch.json"}
    assert len(set(map(frozenset, stacks.values()))) == 1


def test_no_right_is_on_everything() -> None:
    wild = [
        (each.resource.place, action, target)
        for each in statements()
        for action in each.actions
        for target in each.targets
        if "*" in action or (target == "*" and not action.startswith(NO_RESOURCE))
    ]
    assert wild == []


def test_a_right_on_many_objects_is_on_one_prefix() -> None:
    targets = {target for each in statements() for target in each.targets if "*" in target and target != "*"}
    assert targets
    assert [target for target in targets if not PREFIX.fullmatch(target)] == []


@pytest.mark.parametrize("size", SIZES)
def test_every_unit_has_a_role_of_its_own(size: str) -> None:
    runs = [resource for resource in resources(*RUNS) if resource.size == size]
    roles = [text(resource.properties[RUNS[resource.type]]) for resource in runs]
    assert len(set(roles)) == len(roles) >= 8
    assert not [
        role for resource in resources("AWS::IAM::Role") for role in resource.properties.get("ManagedPolicyArns", ())
    ]


def test_what_is_kept_outlives_its_stack() -> None:
    kept = [each for each in resources(*KEPT) if each.type != "AWS::Glue::Table" or not _is_mart(each)]
    assert {resource.type for resource in kept} == set(KEPT)
    assert offenders([each for each in kept if each.body.get("DeletionPolicy") != "Retain"]) == []
    assert {each.stack for each in kept} == {"footfall-kept"}


def test_a_mart_has_the_columns_that_its_query_gives() -> None:
    marts = {each.properties["TableInput"]["Name"]: each for each in resources("AWS::Glue::Table") if _is_mart(each)}
    assert set(marts) == set(insights.marts())
    for name, table in marts.items():
        told = table.properties["TableInput"]["StorageDescriptor"]
        assert {column["Name"]: column["Type"] for column in told["Columns"]} == questions.columns()[name]
        assert text(told["Location"]).endswith(f"/marts/{name}/none/")


def _is_mart(table: Resource) -> bool:
    return table.stack == "footfall-batch"


def test_buckets_are_encrypted_versioned_and_private() -> None:
    buckets = resources("AWS::S3::Bucket")
    needs = ("BucketEncryption", "VersioningConfiguration", "PublicAccessBlockConfiguration", "LifecycleConfiguration")
    assert offenders([bucket for bucket in buckets if any(need not in bucket.properties for need in needs)]) == []
    assert all(all(bucket.properties["PublicAccessBlockConfiguration"].values()) for bucket in buckets)


def test_buckets_topics_and_queues_refuse_what_is_not_encrypted_on_the_way() -> None:
    refusing = {
        text(target)
        for policy in resources("AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy")
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for target in (
            policy.properties.get("Bucket"),
            *policy.properties.get("Topics", ()),
            *policy.properties.get("Queues", ()),
        )
        if target
    }
    for resource in resources("AWS::S3::Bucket", "AWS::SNS::Topic", "AWS::SQS::Queue"):
        assert f"{{{resource.name}}}" in refusing, resource.place


def test_streams_and_the_record_are_encrypted_with_the_product_s_key() -> None:
    for stream in resources("AWS::Kinesis::Stream"):
        assert stream.properties["StreamEncryption"]["EncryptionType"] == "KMS", stream.place
    for table in resources("AWS::DynamoDB::Table"):
        assert table.properties["SSESpecification"]["SSEType"] == "KMS"
        assert table.properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        assert table.properties["TimeToLiveSpecification"]["Enabled"]
    assert all(key.properties["EnableKeyRotation"] for key in resources("AWS::KMS::Key"))


def test_a_stream_s_function_reports_halves_retries_and_puts_by() -> None:
    sources = resources("AWS::Lambda::EventSourceMapping")
    assert len(sources) == 2 * len(SIZES)
    for source in sources:
        assert source.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source.properties["BisectBatchOnFunctionError"]
        assert 0 < source.properties["MaximumRetryAttempts"] < 10
        assert source.properties["DestinationConfig"]["OnFailure"]["Destination"]


def test_every_function_has_a_shell() -> None:
    folder = Path(__file__).parents[2] / "src"
    handlers = {function.properties["Handler"].rpartition(".") for function in resources("AWS::Lambda::Function")}
    assert {name for _, _, name in handlers} == {"handler"}
    shells = {folder / f"{module.replace('.', '/')}.py" for module, _, _ in handlers}
    assert {path.name for path in shells} == {
        path.name for path in (folder / "footfall/aws/functions").glob("[!_]*.py")
    }
    assert {
        path.name: len(path.read_text().splitlines()) for path in shells if len(path.read_text().splitlines()) > 40
    } == {}


def test_tables_have_the_event_s_columns_and_need_no_crawler() -> None:
    found = [each for each in resources("AWS::Glue::Table") if not _is_mart(each)]
    tables = {(each.size, each.properties["TableInput"]["Name"]): each for each in found}
    names = [field.name for field in FIELDS]
    for (_, name), table in tables.items():
        told = table.properties["TableInput"]
        columns = {column["Name"]: column["Type"] for column in told["StorageDescriptor"]["Columns"]}
        if name in ("raw", "events"):
            assert list(columns) == names
            assert columns["event_time"] == ("string" if name == "raw" else "timestamp")
        (key,) = [column["Name"] for column in told["PartitionKeys"]]
        assert told["Parameters"]["projection.enabled"] == "true"
        assert text(told["Parameters"]["storage.location.template"]).endswith(f"/{key}=${{{key}}}/")


def test_no_alarm_counts_by_what_grows_with_the_store() -> None:
    bounded = {
        *("FunctionName", "StreamName", "QueueName", "DeliveryStreamName", "Application", "StateMachineArn", "unit"),
    }
    alarms = resources("AWS::CloudWatch::Alarm")
    named = {each["Name"] for alarm in alarms for each in alarm.properties.get("Dimensions", ())}
    assert named == bounded
    assert offenders([alarm for alarm in alarms if not alarm.properties["AlarmActions"]]) == []


def test_no_template_holds_an_account_a_region_or_a_key() -> None:
    for path in TEMPLATES:
        written = path.read_text()
        assert not re.search(r":\d{12}:|\b(eu|us|ap)-[a-z]+-\d\b|AKIA", written), path


def test_sizes_differ_in_numbers_alone() -> None:
    shapes: dict[str, set[str]] = {}
    for path in TEMPLATES:
        shapes.setdefault(path.name, set()).add(_shape(json.loads(path.read_bytes())))
    assert {name for name, shape in shapes.items() if len(shape) > 1} == set()


def _shape(value: object) -> str:
    """A template without its numbers and switches."""
    return re.sub(r"\b(\d+|true|false)\b", "0", json.dumps(value, sort_keys=True))


@pytest.mark.parametrize("size", SIZES)
def test_the_daily_run_counts_shows_and_asks_everything(size: str) -> None:
    (machine,) = [each for each in resources("AWS::StepFunctions::StateMachine") if each.size == size]
    definition = json.loads(text(machine.properties["DefinitionString"]))
    states, order = definition["States"], [definition["StartAt"]]
    while after := states[order[-1]].get("Next"):
        order.append(after)
    job, seen, asked = (states[name] for name in order)
    assert job["Resource"].endswith(":states:::glue:startJobRun.sync")
    shown = [_queries(branch) for branch in seen["Branches"]]
    assert [len(each) for each in shown] == [1] * len(insights.marts())
    for name, (query,) in zip(questions.columns(), shown, strict=True):
        assert query.startswith(f"{{% \"ALTER TABLE `{name}` SET LOCATION 's3://")
        assert query.endswith(f'/marts/{name}/" & $states.context.Execution.Name & "/\'" %}}')
    assert [_queries(branch) for branch in asked["Branches"]] == [[each.sql for each in questions.questions()]]


def _queries(branch: dict[str, Any]) -> list[str]:
    """The queries of a branch, in order."""
    found, name = [], branch["StartAt"]
    while name:
        state = branch["States"][name]
        found.append(str(state["Arguments"]["QueryString"]))
        name = state.get("Next")
    return found


def test_the_job_is_told_all_that_it_asks_for() -> None:
    source = (Path(__file__).parents[2] / "src/footfall/aws/spark/job.py").read_text("utf-8")
    (listed,) = re.findall(r"for name in \(([^)]+)\):", source)
    asked = {f"--{name}" for name in re.findall(r'"(\w+)"', listed)} | {"--zone"}
    for job in resources("AWS::Glue::Job"):
        told = set(job.properties["DefaultArguments"])
        assert asked - told == {"--run"}, "which the state machine tells"
        assert "msgspec" in job.properties["DefaultArguments"]["--additional-python-modules"]
