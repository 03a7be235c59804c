"""One stack of CloudFormation: changed by a change set, watched until it is done, deleted; failures named."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import ClientError

from footfall.ports import FootfallError

INLINE = 51_200
"""Bytes of a template that a call takes itself; a larger one lies in a bucket."""
PAUSE = 2.0
"""Seconds between looks at a stack that changes."""
_NOTHING = ("didn't contain changes", "no updates are to be performed", "no changes")
_GONE = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS")
"""What never worked, or works no more: it is deleted and made anew."""


class Event(NamedTuple):
    """What happened to one resource of a stack."""

    stack: str
    resource: str
    type: str
    status: str
    reason: str


Tell = Callable[[Event], None]


class Change(NamedTuple):
    """What a change set would do to one resource: Add, Modify, Remove; replaced or not."""

    stack: str
    action: str
    resource: str
    type: str
    replaced: bool


class Held(NamedTuple):
    """A resource of a stack: its logical id, its type, its physical id."""

    resource: str
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stack as it is to be.

    Attributes:
        name: of the stack.
        template: its text.
        bucket: where a template lies that is too long for a call; empty for none.
        parameters: by name; those left out keep what they have, or their default.
        tags: of the stack and of all in it.
    """

    name: str
    template: str
    bucket: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]


def described(name: str) -> dict[str, Any] | None:
    """A stack as CloudFormation describes it; None if there is none."""
    try:
        (stack,) = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else dict(stack)


def works(there: Mapping[str, Any] | None) -> bool:
    """Whether a stack is there and was ever whole."""
    return there is not None and there["StackStatus"] not in _GONE


def held(name: str) -> list[Held]:
    """The resources of a stack."""
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=name)
    return [
        Held(each["LogicalResourceId"], each["ResourceType"], each.get("PhysicalResourceId", ""))
        for page in pages
        for each in page["StackResourceSummaries"]
    ]


def put(wanted: Wanted, declared: set[str], tell: Tell) -> bool:
    """Makes a stack what is wanted of it, and waits for that; whether anything changed.

    Raises:
        FootfallError: somebody else changes it, or a resource failed; that resource and the reason.
    """
    there = _ready(wanted.name, tell)
    asked = prepare(wanted, declared, there)
    if asked is None:
        return False
    client, begun = boto3.client("cloudformation"), _last_event(wanted.name)
    client.execute_change_set(ChangeSetName=asked, StackName=wanted.name)
    _settled(wanted.name, begun, tell)
    return True


def prepare(wanted: Wanted, declared: set[str], there: dict[str, Any] | None) -> str | None:
    """The ARN of a change set that makes a stack what is wanted of it; None where nothing is to be done."""
    client = boto3.client("cloudformation")
    kept = {each["ParameterKey"] for each in (there or {}).get("Parameters", ())}
    parameters: list[dict[str, Any]] = [
        {"ParameterKey": name, "ParameterValue": wanted.parameters[name]}
        if name in wanted.parameters
        else {"ParameterKey": name, "UsePreviousValue": True}
        for name in sorted(declared)
        if name in wanted.parameters or name in kept
    ]
    try:
        made = client.create_change_set(
            StackName=wanted.name,
            ChangeSetName=f"footfall-{time.time_ns()}",
            ChangeSetType="UPDATE" if there else "CREATE",
            Parameters=parameters,
            Capabilities=["CAPABILITY_IAM"],
            Tags=[{"Key": key, "Value": value} for key, value in sorted(wanted.tags.items())],
            **_body(wanted),
        )
    except ClientError as error:
        raise FootfallError(
            f"{wanted.name} cannot be changed: {error.response['Error']['Message'].rstrip('.')}."
        ) from error
    return _prepared(wanted.name, made["Id"])


def _body(wanted: Wanted) -> dict[str, str]:
    if len(wanted.template.encode()) <= INLINE:
        return {"TemplateBody": wanted.template}
    s3, key = boto3.client("s3"), f"templates/{wanted.name}.json"
    s3.put_object(Bucket=wanted.bucket, Key=key, Body=wanted.template.encode())
    return {"TemplateURL": f"{s3.meta.endpoint_url}/{wanted.bucket}/{key}"}


def _prepared(stack: str, asked: str) -> str | None:
    client = boto3.client("cloudformation")
    while True:
        told = client.describe_change_set(ChangeSetName=asked, StackName=stack)
        status, reason = told["Status"], told.get("StatusReason", "")
        if status == "CREATE_COMPLETE":
            if told.get("Changes"):
                return asked
            reason = _NOTHING[0]
        if status in ("CREATE_COMPLETE", "FAILED"):
            client.delete_change_set(ChangeSetName=asked, StackName=stack)
            if any(words in reason.lower() for words in _NOTHING):
                return None
            raise FootfallError(f"{stack} cannot be changed: {reason.rstrip('.')}.")
        time.sleep(PAUSE / 4)


def changes(stack: str, asked: str) -> list[Change]:
    """What a change set would do; the change set is dropped."""
    client = boto3.client("cloudformation")
    told = client.describe_change_set(ChangeSetName=asked, StackName=stack)
    client.delete_change_set(ChangeSetName=asked, StackName=stack)
    found = [each["ResourceChange"] for each in told.get("Changes", ())]
    return [
        Change(
            stack,
            each["Action"],
            each["LogicalResourceId"],
            each["ResourceType"],
            each.get("Replacement") in ("True", True),
        )
        for each in found
    ]


def _ready(name: str, tell: Tell) -> dict[str, Any] | None:
    """The stack, if there is one that can be changed."""
    there = described(name)
    if there and not works(there):
        delete(name, tell)
        return None
    if there and there["StackStatus"].endswith("_IN_PROGRESS"):
        raise FootfallError(f"{name} is being changed ({there['StackStatus']}): wait, then run this again.")
    if there and there["StackStatus"] == "UPDATE_ROLLBACK_FAILED":
        raise FootfallError(
            f"{name} could not go back to what it was: run "
            f"`aws cloudformation continue-update-rollback --stack-name {name}`."
        )
    return there


def delete(name: str, tell: Tell) -> bool:
    """Deletes a stack, and waits for that; whether there was one.

    Raises:
        FootfallError: a resource could not be deleted; that resource and the reason.
    """
    there = described(name)
    if there is None:
        return False
    begun = _last_event(there["StackId"])
    boto3.client("cloudformation").delete_stack(StackName=name)
    _settled(there["StackId"], begun, tell)
    return True


def _settled(name: str, begun: str, tell: Tell) -> None:
    """Tells a stack's events until it changes no more."""
    seen, failed = {begun}, list[Event]()
    while True:
        status = (described(name) or {"StackStatus": "DELETE_COMPLETE"})["StackStatus"]
        for event in _news(name, begun, seen):
            tell(event)
            if event.status.endswith("_FAILED") and "cancelled" not in event.reason.lower():
                failed.append(event)
        if not status.endswith("_IN_PROGRESS"):
            break
        time.sleep(PAUSE)
    if status.endswith("FAILED") or "ROLLBACK" in status:
        raise FootfallError(_blamed(name, status, failed))


def _blamed(name: str, status: str, failed: list[Event]) -> str:
    stack = name.split("/")[1] if name.startswith("arn:") else name
    said = "; ".join(f"{each.resource} ({each.type}): {each.reason.rstrip('.')}" for each in failed[:3])
    return f"{stack} ended in {status}: {said or 'CloudFormation gave no reason'}. Mend that, then run this again."


def _news(name: str, begun: str, seen: set[str]) -> list[Event]:
    """A stack's events since it was looked at last, the oldest first."""
    found: list[Event] = []
    for page in _pages(name):
        for each in page:
            if each["EventId"] == begun:
                return found[::-1]
            if each["EventId"] not in seen:
                seen.add(each["EventId"])
                found.append(_event(each))
    return found[::-1]


def _event(told: Mapping[str, Any]) -> Event:
    return Event(
        told["StackName"],
        told["LogicalResourceId"],
        told.get("ResourceType", ""),
        told["ResourceStatus"],
        told.get("ResourceStatusReason", ""),
    )


def _pages(name: str) -> Any:
    """Pages of a stack's events, the newest first; none where there is no stack."""
    try:
        for page in boto3.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=name):
            yield page["StackEvents"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise


def _last_event(name: str) -> str:
    return next((page[0]["EventId"] for page in _pages(name) if page), "")
