"""`footfall deploy up|status|down` on an account of its own: deployed, done again, looked at, taken off."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from typer.testing import CliRunner

from footfall import insights
from footfall.aws import questions, release
from footfall.aws.deploy import code, down, libraries, parts, stack
from footfall.cli import app
from footfall.ports import FootfallError
from tests.aws.conftest import emulated
from tests.aws.deployment import Deployment, until
from tests.web.doors import PASSWORD

pytestmark = pytest.mark.slow

REFUSED = ("footfall-jobs", "footfall-outlook", "footfall-workbench", "footfall-board")
"""Stacks that hold nothing else than what the emulator does not know."""
ZONE = ("--set", "Zone=Europe/Berlin", "--set", "Screen=true")
TAKEN = tuple(name for name in parts.ORDER if name not in REFUSED)


@contextmanager
def new_account(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """An empty account, whose functions run with the libraries of this process."""
    with emulated(folder, more) as address, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "ORDER", TAKEN)
        patch.setattr(stack, "PAUSE", 0.1)
        patch.setattr(libraries, "libraries", lambda: release.archive({"python/none": b""}))
        patch.setattr(release, "flink", lambda: release.archive({"main.py": b""}), raising=False)
        yield address


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An account for all tests here."""
    with new_account(tmp_path_factory.mktemp("account")) as address:
        yield address


def footfall(*arguments: str) -> Any:
    """What a command prints as JSON."""
    ran = CliRunner().invoke(app, ["deploy", *arguments, "--json"], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def test_before_anything_is_there(tmp_path: Path) -> None:
    with new_account(tmp_path):
        with pytest.raises(FootfallError, match="run `footfall deploy up`"):
            footfall("status")
        told = footfall("up", "--dry-run")
        assert {change["action"] for change in told["changes"]} == {"Add"}
        assert {change["stack"] for change in told["changes"]} == set(TAKEN)
        assert boto3.client("cloudformation").list_stacks()["StackSummaries"] == []


@pytest.fixture(scope="module")
def deployed(account: str) -> Any:
    """Everything that the emulator takes, deployed by the command."""
    assert account
    return footfall("up", *ZONE)


def test_up_deploys_every_stack_and_a_collector_that_takes_events(account: str, deployed: Any) -> None:
    assert deployed["changed"] == list(TAKEN)
    body = json.dumps({"batch": [{"type": "track", "event": "Product Viewed", "anonymousId": "a", "messageId": "1"}]})
    address = Deployment(account).collector
    assert len(deployed["write_key"]) > 20
    basic = b64encode(f"{footfall('status')['write_keys']}:".encode()).decode()
    asked = Request(f"{address}/v1/batch", body.encode(), {"content-type": "application/json"})
    asked.add_header("authorization", f"Basic {basic}")
    with urlopen(asked) as answer:
        assert answer.status == 200


def test_up_once_more_changes_nothing(deployed: Any) -> None:
    again = footfall("up")
    assert again == {"release": deployed["release"], "changed": [], "write_key": None}


def test_a_parameter_changes_its_stack_alone_and_the_others_stay(deployed: Any) -> None:
    told = footfall("up", "--dry-run", "--set", "WriteKeys=shop")
    assert {change["stack"] for change in told["changes"]} <= {parts.LIVE}
    assert footfall("up", "--set", "WriteKeys=shop")["changed"] == [parts.LIVE]
    there = stack.described("footfall-batch")
    assert there
    values = {each["ParameterKey"]: each["ParameterValue"] for each in there["Parameters"]}
    assert values == {"Release": deployed["release"], "Zone": "Europe/Berlin"}
    assert footfall("up")["changed"] == []
    with pytest.raises(FootfallError, match=r"No stack takes Zoen: .*WriteKeys, Zone"):
        footfall("up", "--set", "Zoen=UTC")


def test_status_tells_how_it_is(deployed: Any) -> None:
    told = footfall("status")
    assert told["release"] == deployed["release"]
    assert deployed["release"] in told["releases"]
    assert told["flink"] in ("RUNNING", "STARTING")
    assert told["address"].startswith("http")
    assert {part["status"] for part in told["stacks"]} <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    declared = parts.template("footfall-alarms", "small")["Resources"].values()
    assert sum(told["alarms"].values()) == sum(each["Type"] == "AWS::CloudWatch::Alarm" for each in declared)
    shown = CliRunner().invoke(app, ["deploy", "status"], catch_exceptions=False)
    assert all(name in shown.stdout for name in TAKEN)


def test_people_are_given_accounts_and_log_in_at_the_dashboard_s_address(account: str, deployed: Any) -> None:
    assert deployed
    assert footfall("status")["dashboard"].startswith("http")
    made = CliRunner().invoke(app, ["users", "add", "anna", "--deployed"], f"{PASSWORD}\n", catch_exceptions=False)
    assert made.exit_code == 0, made.output
    listed = CliRunner().invoke(app, ["users", "list", "--deployed", "--json"], catch_exceptions=False)
    assert json.loads(listed.stdout) == [{"name": "anna", "role": "operator"}]
    (function,) = parts.resources(parts.WEB, "AWS::Lambda::Function").values()
    url = boto3.client("lambda").get_function_url_config(FunctionName=function)["FunctionUrl"]
    place = f"{account}/_aws/lambda-url/{url.removeprefix('https://').partition('.')[0]}"
    with urlopen(f"{place}/login") as answer:
        assert "Password" in answer.read().decode()
    trail = CliRunner().invoke(app, ["users", "trail", "--deployed", "--json"], catch_exceptions=False)
    assert json.loads(trail.stdout) == []
    ended = CliRunner().invoke(app, ["users", "remove", "anna", "--deployed"], catch_exceptions=False)
    assert ended.exit_code == 0


def test_a_release_that_is_there_can_be_gone_back_to(deployed: Any) -> None:
    with pytest.raises(FootfallError, match=r"Of the release lost .* is not in"):
        footfall("up", "--release", "lost")
    bucket = parts.workshop()
    other = {name: body + b" " for name, body in code.artefacts(lambda _: None).items()}
    newer = code.upload(bucket, other, lambda _: None)
    assert footfall("up", "--release", newer)["changed"] == [parts.LIVE, "footfall-batch", parts.WEB]
    assert footfall("status")["releases"][-1] == newer
    assert footfall("up", "--release", deployed["release"])["release"] == deployed["release"]


def test_the_daily_run_tells_the_job_and_the_tables_its_name(deployed: Any) -> None:
    """By calls that the emulator knows and that wait for nothing; what Glue and Athena make of them it does not say."""
    assert deployed
    (machine,) = parts.resources("footfall-batch", "AWS::StepFunctions::StateMachine").values()
    (job,) = parts.resources("footfall-batch", "AWS::Glue::Job").values()
    states, athena = boto3.client("stepfunctions"), boto3.client("athena")
    said = states.describe_state_machine(stateMachineArn=machine)
    known = re.sub(r":states:::(glue|athena):(\w+)\.sync", r":states:::aws-sdk:\1:\2", said["definition"])
    made = states.create_state_machine(name="known", definition=known, roleArn=said["roleArn"])["stateMachineArn"]
    run = states.start_execution(stateMachineArn=made, name="one")["executionArn"]
    ended = until(lambda: (told := states.describe_execution(executionArn=run))["status"] != "RUNNING" and told)
    assert ended["status"] == "SUCCEEDED", ended
    arguments = boto3.client("glue").get_job_runs(JobName=job)["JobRuns"][0]["Arguments"]
    assert (arguments["--run"], arguments["--zone"]) == ("one", "Europe/Berlin")
    asked = athena.list_query_executions(WorkGroup="footfall-batch-questions")["QueryExecutionIds"]
    texts = [athena.get_query_execution(QueryExecutionId=each)["QueryExecution"]["Query"] for each in asked]
    shown = re.compile(r"ALTER TABLE `(\w+)` SET LOCATION 's3://\S+/marts/\1/one/'")
    assert sorted(found[1] for text in texts if (found := shown.fullmatch(text))) == sorted(insights.marts())
    assert sorted(text for text in texts if not shown.fullmatch(text)) == sorted(
        question.sql for question in questions.questions()
    )


def test_a_failure_names_the_resource_and_the_reason(account: str) -> None:
    assert account
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "good"}}
    custom = {
        "Type": "Custom::Bad",
        "Properties": {"ServiceToken": "arn:aws:lambda:eu-central-1:000000000000:function:no"},
    }
    template = json.dumps({"Resources": {"Good": queue, "Bad": custom}})
    wanted = stack.Wanted("broken", template, "", {}, {})
    with pytest.raises(FootfallError, match=r"broken ended in \w+: Bad \(Custom::Bad\): .+"):
        stack.put(wanted, set(), lambda _: None)


def test_down_takes_off_what_can_be_made_again_and_names_what_stays(deployed: Any) -> None:
    assert deployed
    told = footfall("down")
    assert told["deleted"] == list(TAKEN[:0:-1])
    kept = {each["type"] for each in told["kept"]}
    assert kept == {"AWS::CloudFormation::Stack", *down.COMMANDS}
    assert [each["type"] for each in told["kept"]][-1] == "AWS::KMS::Key"
    assert [part["stack"] for part in footfall("status")["stacks"] if part["status"] != "not deployed"] == [parts.KEPT]
    assert footfall("down")["deleted"] == []
    assert footfall("up", *ZONE)["changed"] == list(TAKEN[1:])
