"""How the product is on an account: stacks, release, Flink application, address, alarms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import boto3

from footfall.aws.deploy import code, parts, stack
from footfall.aws.deploy.account import answering

ADDRESS, DASHBOARD = "CollectionAddress", "WebAddress"
_AT_ONCE = 100
"""Alarms that one call describes."""


class Part(NamedTuple):
    """A stack: its name, its status, when it changed last (UTC, ISO 8601; empty where there is none)."""

    stack: str
    status: str
    changed: str


class Status(NamedTuple):
    """All that is told.

    Attributes:
        size: of the store.
        release: that is deployed.
        releases: that are in the bucket, the newest last.
        address: of the collector.
        dashboard: its address; empty where there is none.
        write_keys: with which events may be sent.
        flink: status of the application.
        alarms: how many are in each state; and the names of those that ring.
        stacks: each part.
    """

    size: str
    release: str
    releases: list[str]
    address: str
    dashboard: str
    write_keys: str
    flink: str
    alarms: dict[str, int]
    ringing: list[str]
    stacks: list[Part]


@answering()
def status() -> Status:
    """How it is now.

    Raises:
        FootfallError: nothing is deployed, or AWS refuses to tell.
    """
    bucket = parts.workshop()
    stacks = {name: stack.described(name) for name in parts.ORDER}
    live = stacks[parts.LIVE]
    told = {each["ParameterKey"]: each.get("ParameterValue", "") for each in (live or {}).get("Parameters", ())}
    alarms = [*_alarms()]
    states = [each["StateValue"] for each in alarms]
    return Status(
        size=parts.size_of(stacks[parts.KEPT]),
        release=told.get(parts.RELEASE, ""),
        releases=code.names(bucket),
        address=_output(live, ADDRESS),
        dashboard=_output(stacks[parts.WEB], DASHBOARD),
        write_keys=told.get(parts.KEYS, ""),
        flink=_flink(),
        alarms={state: states.count(state) for state in sorted(set(states))},
        ringing=sorted(each["AlarmName"] for each in alarms if each["StateValue"] == "ALARM"),
        stacks=[_part(name, there) for name, there in stacks.items()],
    )


def _output(there: dict[str, Any] | None, beginning: str) -> str:
    told = {each["OutputKey"]: each["OutputValue"] for each in (there or {}).get("Outputs", ())}
    return next((value for name, value in told.items() if name.startswith(beginning)), "")


def _part(name: str, there: dict[str, Any] | None) -> Part:
    if there is None:
        return Part(name, "not deployed", "")
    changed = there.get("LastUpdatedTime") or there["CreationTime"]
    return Part(name, there["StackStatus"], changed.isoformat(timespec="seconds"))


def _flink() -> str:
    client = boto3.client("kinesisanalyticsv2")
    for name in parts.resources(parts.LIVE, "AWS::KinesisAnalyticsV2::Application").values():
        return str(client.describe_application(ApplicationName=name)["ApplicationDetail"]["ApplicationStatus"])
    return "not deployed"


def _alarms() -> Iterator[dict[str, Any]]:
    client = boto3.client("cloudwatch")
    names = [*parts.resources("footfall-alarms", "AWS::CloudWatch::Alarm").values()]
    for first in range(0, len(names), _AT_ONCE):
        yield from client.describe_alarms(AlarmNames=names[first : first + _AT_ONCE])["MetricAlarms"]
