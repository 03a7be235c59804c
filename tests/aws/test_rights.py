"""What each unit may do and may not: calls with its policies to an emulator that enforces them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError

from footfall.aws import release
from footfall.aws.deploy import parts, up
from tests.aws.conftest import REGION
from tests.aws.test_deploy import new_account

pytestmark = pytest.mark.slow

LIVE, BATCH = parts.LIVE, "footfall-batch"
OPERATION = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}
REFUSED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException")
ENCRYPTED = ("X-Forwarded-Proto", "https")
"""Calls come as if over TLS, without which buckets and topics refuse everybody."""
PREFIXES = ("raw/", "verdicts/", "dead_letters/", "lake/events/", "lake/clean/", "marts/")


@dataclass
class Account:
    """The product deployed, and units as they call."""

    _sessions: dict[str, boto3.Session] = field(default_factory=dict)

    def of(self, beginning: str, stack_name: str = parts.KEPT) -> str:
        """The physical id of a resource."""
        return parts.one(stack_name, beginning)

    def called(self, unit: Unit, service: str) -> Any:
        """A client with a unit's rights and no others."""
        if unit.role not in self._sessions:
            self._sessions[unit.role] = self._session(unit)
        return self._sessions[unit.role].client(service)

    def _session(self, unit: Unit) -> boto3.Session:
        """The rights that the unit's role was deployed with, in a role that this process may take."""
        iam, role = boto3.client("iam"), self.of(unit.role, unit.stack)
        name = f"as-{unit.role}"
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(OPERATION))["Role"]
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
        taken = boto3.client("sts").assume_role(RoleArn=made["Arn"], RoleSessionName="unit")["Credentials"]
        keys = (taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])
        session = boto3.Session(*keys, region_name=REGION)
        session.events.register("request-created", lambda request, **_: request.headers.add_header(*ENCRYPTED))
        return session


class Unit(NamedTuple):
    """A unit: its stack, and how its role's logical id begins."""

    stack: str
    role: str


COLLECTOR, RESPOND = Unit(LIVE, "CollectionCollectorRole"), Unit(LIVE, "ResponseRespondRole")
VERDICTS, NOTIFY = Unit(LIVE, "ResponseVerdictsRole"), Unit(LIVE, "ResponseNotifyRole")
BLOCK = Unit(LIVE, "ResponseBlockRole")
LETTERS, DELIVERY = Unit(LIVE, "LettersRole"), Unit(LIVE, "DeliveryRole")
FLINK, JOB = Unit(LIVE, "ApplicationRole"), Unit(BATCH, "JobRole")
RUN, SCHEDULE = Unit(BATCH, "DailyMachineRole"), Unit(BATCH, "DailyScheduleRole")
DASHBOARD = Unit(parts.WEB, "WebDashboardRole")
UNITS = (COLLECTOR, RESPOND, VERDICTS, NOTIFY, BLOCK, LETTERS, DELIVERY, FLINK, JOB, RUN, SCHEDULE, DASHBOARD)

Do = Callable[[Account, Unit], Any]


class Case(NamedTuple):
    """A call, and the units that may make it; all others may not."""

    name: str
    do: Do
    allowed: tuple[Unit, ...]


def put(stream: str) -> Do:
    """Puts a record into a stream."""
    return lambda account, unit: account.called(unit, "kinesis").put_record(
        StreamName=account.of(stream), Data=b"{}", PartitionKey="p"
    )


def read(stream: str) -> Do:
    """Names a stream's shards, as who reads or writes it does."""
    return lambda account, unit: account.called(unit, "kinesis").list_shards(StreamName=account.of(stream))


def write(prefix: str) -> Do:
    """Writes an object of the lake."""
    return lambda account, unit: account.called(unit, "s3").put_object(
        Bucket=account.of("LakeEvents7"), Key=f"{prefix}x", Body=b""
    )


def get(prefix: str) -> Do:
    """Reads an object of the lake."""
    return lambda account, unit: account.called(unit, "s3").get_object(
        Bucket=account.of("LakeEvents7"), Key=f"{prefix}there"
    )


def delete(prefix: str) -> Do:
    """Deletes an object of the lake."""
    return lambda account, unit: account.called(unit, "s3").delete_object(
        Bucket=account.of("LakeEvents7"), Key=f"{prefix}x"
    )


def code(name: str) -> Do:
    """Reads a part of the release."""
    return lambda account, unit: account.called(unit, "s3").get_object(
        Bucket=account.of("LakeWorkshop7"), Key=f"releases/{RELEASE[0]}/{name}"
    )


def item(operation: str) -> Do:
    """Does something with an item of the record."""
    key = {"owner": {"S": "o"}, "part": {"S": "p"}}
    told = {"Item": key} if operation == "put_item" else {"Key": key}
    return lambda account, unit: getattr(account.called(unit, "dynamodb"), operation)(
        TableName=account.of("RecordIncidents"), **told
    )


def alert(account: Account, unit: Unit) -> None:
    """Tells the shop."""
    account.called(unit, "sns").publish(TopicArn=account.of("RecordAlerts1"), Message="{}")


def letter(account: Account, unit: Unit) -> None:
    """Sends a dead letter."""
    stream = account.of("LettersDelivery", LIVE)
    account.called(unit, "firehose").put_record_batch(DeliveryStreamName=stream, Records=[{"Data": b"{}"}])


def parameter(name: str) -> Do:
    """Reads a parameter."""
    return lambda account, unit: account.called(unit, "ssm").get_parameter(Name=name, WithDecryption=True)


def job(account: Account, unit: Unit) -> None:
    """Starts the daily job."""
    account.called(unit, "glue").start_job_run(JobName=next(iter(parts.resources(BATCH, "AWS::Glue::Job").values())))


def ask(group: str) -> Do:
    """Asks Athena."""
    return lambda account, unit: account.called(unit, "athena").start_query_execution(
        QueryString="SELECT 1", WorkGroup=group
    )


def start(account: Account, unit: Unit) -> None:
    """Starts the daily run."""
    machine = account.of("DailyMachineF", BATCH)
    account.called(unit, "stepfunctions").start_execution(stateMachineArn=machine)


def move(table: str) -> Do:
    """Changes a table of the catalog; the emulator asks for the right on the catalog alone."""
    return lambda account, unit: account.called(unit, "glue").update_table(
        DatabaseName=account.of("LakeCatalog"), TableInput={"Name": table}
    )


def decrypt(account: Account, unit: Unit) -> None:
    """Asks for a key to encrypt with."""
    account.called(unit, "kms").generate_data_key(KeyId=account.of("EncryptionKey"), KeySpec="AES_256")


READERS = {
    "raw/": (JOB, RUN, DELIVERY, DASHBOARD),
    "verdicts/": (JOB, RUN, DASHBOARD),
    "dead_letters/": (LETTERS, DASHBOARD),
}
WRITERS = {"raw/": (DELIVERY,), "verdicts/": (VERDICTS,), "dead_letters/": (LETTERS,)}
CASES = (
    Case("put into raw", put("StreamsRaw"), (COLLECTOR, FLINK)),
    Case("put into clean", put("StreamsClean"), (FLINK,)),
    Case("put into signals", put("StreamsSignals"), (FLINK,)),
    Case("read raw", read("StreamsRaw"), (COLLECTOR, FLINK)),
    Case("read clean", read("StreamsClean"), (FLINK, RESPOND, DELIVERY)),
    Case("read signals", read("StreamsSignals"), (FLINK, RESPOND)),
    *(Case(f"read {place}", get(place), READERS.get(place, (JOB, RUN, DASHBOARD))) for place in PREFIXES),
    *(Case(f"write {place}", write(place), WRITERS.get(place, (JOB,))) for place in PREFIXES),
    *(Case(f"delete {place}", delete(place), () if place in WRITERS else (JOB,)) for place in PREFIXES),
    Case("read the Flink application", code(release.FLINK), (FLINK,)),
    Case("read the job", code(release.JOB), (JOB,)),
    Case("read the package", code(release.FUNCTIONS), (JOB,)),
    Case("read the libraries", code(release.LIBRARIES), ()),
    Case("keep an incident", item("put_item"), (RESPOND, DASHBOARD)),
    Case("delete an incident", item("delete_item"), (RESPOND, DASHBOARD)),
    Case("read an incident", item("get_item"), (RESPOND, BLOCK, DASHBOARD)),
    Case("tell the shop", alert, (RESPOND,)),
    Case("send a dead letter", letter, (COLLECTOR, RESPOND)),
    Case("read the channels", parameter("/footfall/channels"), (NOTIFY,)),
    Case("read another secret", parameter("/shop/secret"), ()),
    Case("start the job", job, (RUN,)),
    Case("ask in the workgroup", ask("footfall-batch-questions"), (RUN, DASHBOARD)),
    Case("ask in another workgroup", ask("primary"), ()),
    Case("start the run", start, (SCHEDULE,)),
    Case("move a mart", move("visitor_days"), (RUN,)),
    Case("encrypt", decrypt, tuple(unit for unit in UNITS if unit not in (NOTIFY, BLOCK, SCHEDULE))),
)
RELEASE: list[str] = []


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """The product on an account that enforces rights, with something to read in each place."""
    with new_account(tmp_path_factory.mktemp("account"), {"AUTH": "true"}):
        RELEASE[:] = [up.up(up.Asked(given={"Screen": "true"}), lambda _: None, lambda _: None).release]
        for name in ("/footfall/channels", "/shop/secret"):
            boto3.client("ssm").put_parameter(Name=name, Value="x", Type="SecureString")
        for prefix in PREFIXES:
            boto3.client("s3").put_object(Bucket=parts.one(parts.KEPT, "LakeEvents7"), Key=f"{prefix}there", Body=b"x")
        yield Account()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_only_who_has_to_may(account: Account, case: Case) -> None:
    assert [unit.role for unit in UNITS if may(account, unit, case)] == [
        unit.role for unit in UNITS if unit in case.allowed
    ]


def may(account: Account, unit: Unit, case: Case) -> bool:
    """Whether a call is let through; what comes of it is not asked."""
    try:
        case.do(account, unit)
    except ClientError as error:
        return error.response["Error"]["Code"] not in REFUSED
    return True


def test_the_table_has_every_role_of_a_unit(account: Account) -> None:
    assert account
    made = {
        (name, logical.rstrip("0123456789ABCDEF"))
        for name in (LIVE, BATCH, parts.WEB)
        for logical in parts.resources(name, "AWS::IAM::Role")
    }
    assert made == {(unit.stack, unit.role) for unit in UNITS}
