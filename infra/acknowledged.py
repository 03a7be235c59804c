"""What cdk-nag finds and we let stand, each with its reason; what no finding needs is a mistake too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Acknowledged(NamedTuple):
    """Findings that may stand: a pattern of the finding, one of the construct's path, and why."""

    finding: str
    path: str
    why: str


ACKNOWLEDGED = (
    Acknowledged(
        r"AwsSolutions-IAM5\[Resource::footfall-kept:\S+/"
        r"(raw|verdicts|dead_letters|lake/\w+|marts|results|temporary|staging/rees46|cleaned/rees46)/\*\]",
        r"",
        "the objects of one prefix, which is as narrow as a right on objects of unknown names can be",
    ),
    Acknowledged(
        r"AwsSolutions-IAM5\[Resource::\*\]",
        r"Response/Verdicts/Role",
        "dynamodb:ListStreams takes no resource; it shows the names of streams and no data",
    ),
    Acknowledged(
        r"AwsSolutions-IAM5\[Resource::\*\]",
        r"Daily/MachineRole",
        "log delivery and X-Ray take no resource; neither reads data",
    ),
    Acknowledged(
        r"AwsSolutions-IAM5\[Resource::arn:\S+:log-group:/aws-glue(/jobs|-databrew)/\*\]",
        r"(Job|Cleaning)/Role",
        "Glue and DataBrew name the log groups of their jobs themselves, below these prefixes",
    ),
    Acknowledged(
        r"AwsSolutions-IAM5\[Resource::arn:\S+:(table|userDefinedFunction)/<NotebookTables\w+>/\*\]",
        r"Notebook/Role",
        "notes make tables of any name, in a database that holds nothing else",
    ),
    Acknowledged(
        r"AwsSolutions-KDS3",
        r"Streams/",
        "a key of our own, because its policy and its use can be read; one key for all that is kept",
    ),
    Acknowledged(
        r"AwsSolutions-KDF1",
        r"Delivery/Stream",
        "its source is a Kinesis stream that is encrypted with our key, which Firehose then uses; AWS refuses a second",
    ),
    Acknowledged(
        r"AwsSolutions-GL[13]",
        r"Job/Job",
        "the job names its security configuration, which lies in a stack of its own where cdk-nag does not look",
    ),
    Acknowledged(r"AwsSolutions-SQS3", r"/Failed/", "it is the queue of dead letters of its function"),
    Acknowledged(
        r"AwsSolutions-L1", r"/Function/", "the newest Python on which every test of the product runs is taken"
    ),
)


class Found(NamedTuple):
    """What cdk-nag says of one construct."""

    finding: str
    path: str


def found(report: Mapping[str, Any]) -> Iterator[Found]:
    """Every finding in the report that a synthesis writes."""
    for plugin in report["pluginReports"]:
        for violation in plugin["violations"]:
            for construct in violation["violatingConstructs"]:
                yield Found(violation["ruleName"], construct["constructPath"])


def covers(acknowledged: Acknowledged, finding: Found) -> bool:
    """Whether it is this finding that may stand."""
    rule = re.fullmatch(acknowledged.finding, finding.finding)
    return bool(rule and re.search(acknowledged.path, finding.path))
