"""Everything onto an account: what is kept, a release's code, the rest; once more is an upgrade or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import boto3

from footfall.aws import release
from footfall.aws.deploy import code, parts, stack
from footfall.aws.deploy.account import answering
from footfall.aws.deploy.code import Say


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be deployed.

    Attributes:
        size: of the store; empty for the one that is deployed.
        release: one that is in the bucket; empty for the code that is here.
        given: the templates' parameters; those left out stay as they are.
    """

    size: str = ""
    release: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deployed:
    """What was deployed.

    Attributes:
        release: its name.
        changed: stacks that were made or changed.
        write_key: one that was drawn, for there was none.
    """

    release: str
    changed: list[str]
    write_key: str = ""


@answering()
def up(asked: Asked, tell: stack.Tell, say: Say) -> Deployed:
    """Deploys the product, or makes it what is asked.

    Args:
        asked: what.
        tell: told of each resource as it changes.
        say: told what is done next.

    Raises:
        FootfallError: what failed and why; what was done stays, and the same call goes on from there.
    """
    size, given = _settled(asked)
    made = {} if asked.release else code.artefacts(say)
    say("deploying what is kept")
    changed = [parts.KEPT] if _put(parts.KEPT, size, "", given, tell) else []
    boto3.client("cloudformation").update_termination_protection(StackName=parts.KEPT, EnableTerminationProtection=True)
    bucket = parts.workshop()
    name = code.needed(bucket, asked.release) if asked.release else code.upload(bucket, made, say)
    say("writing the notebook's notes")
    code.notes(bucket, parts.one(parts.KEPT, "StreamsClean"))
    key = _drawn(given)
    for each in parts.ORDER[1:]:
        say(f"deploying {each}")
        if _put(each, size, bucket, {parts.KEYS: key} | given if key else given, tell, name):
            changed.append(each)
    start(say)
    return Deployed(name, changed, key)


def _settled(asked: Asked) -> tuple[str, dict[str, str]]:
    size = asked.size or parts.size_of(stack.described(parts.KEPT))
    parts.checked(size, asked.given)
    return size, dict(asked.given)


def _put(name: str, size: str, bucket: str, given: Mapping[str, str], tell: stack.Tell, release_name: str = "") -> bool:
    wanted = parts.wanted(name, size, bucket, {**given, parts.RELEASE: release_name})
    return stack.put(wanted, parts.declared(size)[name], tell)


def _drawn(given: Mapping[str, str]) -> str:
    """A write key for a collector that is not there yet and was given none."""
    new = not stack.works(stack.described(parts.LIVE)) and parts.KEYS not in given
    return secrets.token_urlsafe(18) if new else ""


def start(say: Say) -> None:
    """Starts the Flink application where it does not run."""
    client = boto3.client("kinesisanalyticsv2")
    for name in parts.resources(parts.LIVE, "AWS::KinesisAnalyticsV2::Application").values():
        status = client.describe_application(ApplicationName=name)["ApplicationDetail"]["ApplicationStatus"]
        if status == "READY":
            say("starting the Flink application")
            client.start_application(ApplicationName=name)


@answering()
def changes(asked: Asked, say: Say) -> tuple[str, list[stack.Change]]:
    """The release's name, and what :func:`up` would do to each resource: change sets are made and dropped.

    Raises:
        FootfallError: as :func:`up`.
    """
    size, given = _settled(asked)
    name = asked.release or release.name(code.artefacts(say))
    return name, [change for each in parts.ORDER for change in _of(each, size, {**given, parts.RELEASE: name})]


def _of(name: str, size: str, given: Mapping[str, str]) -> Iterator[stack.Change]:
    """What would happen to a stack; of one that is not there, what its template holds."""
    there = stack.described(name)
    if not stack.works(there):
        for resource, body in parts.template(name, size)["Resources"].items():
            yield stack.Change(name, "Add", resource, body["Type"], False)
        return
    bucket = parts.workshop()
    asked = stack.prepare(parts.wanted(name, size, bucket, given), parts.declared(size)[name], there)
    if asked:
        yield from stack.changes(name, asked)
