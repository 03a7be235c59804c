"""A function: a role, a log and a queue for what it cannot take, all its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from footfall.aws.environment import Told
from infra.units.access import Role

SHELLS = "footfall.aws.functions"
RUNTIME = lambda_.Runtime.PYTHON_3_13
LONGEST = Duration.seconds(60)
RETRIES = 3


@dataclass(frozen=True, slots=True)
class Release:
    """Where the code of one release lies: functions, libraries, Flink application, Glue job."""

    bucket: s3.IBucket
    prefix: str

    def key(self, name: str) -> str:
        """The key of one artefact."""
        return f"{self.prefix}/{name}"

    def code(self, name: str) -> lambda_.Code:
        """One artefact as a function's code."""
        return lambda_.Code.from_bucket(self.bucket, self.key(name))


class Libraries(Construct):
    """What the functions need besides their own code."""

    def __init__(self, scope: Construct, release: Release) -> None:
        super().__init__(scope, "Libraries")
        self.layer = lambda_.LayerVersion(
            self,
            "Layer",
            code=release.code("libraries.zip"),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[lambda_.Architecture.ARM_64],
        )
        self.release = release


class Worker(Construct):
    """One shell of ``footfall.aws.functions``, named after its module."""

    def __init__(
        self,
        scope: Construct,
        module: str,
        libraries: Libraries,
        environment: Mapping[Told | str, str],
        *,
        memory_mb: int = 512,
        concurrency: int | None = None,
    ) -> None:
        super().__init__(scope, module.capitalize())
        self.role = Role(self, "Role", "lambda.amazonaws.com")
        self.log = logs.LogGroup(
            self, "Log", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        self.log.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            handler=f"{SHELLS}.{module}.handler",
            code=libraries.release.code("functions.zip"),
            layers=[libraries.layer],
            role=self.role,
            log_group=self.log,
            memory_size=memory_mb,
            timeout=LONGEST,
            reserved_concurrent_executions=concurrency,
            environment={str(name): value for name, value in environment.items()} | {"FOOTFALL_UNIT": module},
        )

    @cached_property
    def failed(self) -> sqs.Queue:
        """Where what it cannot take lies, for a function that nobody waits for."""
        return sqs.Queue(
            self,
            "Failed",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )

    def fails_into_its_queue(self) -> lambda_.IEventSourceDlq:
        """Where a stream's records are named that it could not take."""
        return sources.SqsDlq(self.failed)
