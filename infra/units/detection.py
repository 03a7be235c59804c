"""Detection: the record of incidents, the Flink application that finds, the functions that judge and tell."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnCondition, CfnParameter, Duration, Fn, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesisanalyticsv2 as flink
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from footfall.aws import incident_items as items
from footfall.aws.environment import Told
from footfall.aws.sizes import Size
from infra.units.access import ENCRYPTS, RETAIN, Role
from infra.units.function import RETRIES, Libraries, Release, Worker
from infra.units.lake import Lake
from infra.units.stream import READS, WRITES, Letters, Streams

KEEPS = [
    *("dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"),
    *("dynamodb:Query", "dynamodb:UpdateItem"),
]


class Record(Construct):
    """Kept: incidents, alerts, verdicts, what people did and are to be told; and the topic that tells them."""

    def __init__(self, scope: Construct, key: kms.IKey) -> None:
        super().__init__(scope, "Record")
        text, number = dynamodb.AttributeType.STRING, dynamodb.AttributeType.NUMBER
        self.table = dynamodb.Table(
            self,
            "Incidents",
            partition_key=dynamodb.Attribute(name=items.OWNER, type=text),
            sort_key=dynamodb.Attribute(name=items.PART, type=text),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=items.EXPIRES,
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            removal_policy=RETAIN,
        )
        for index in items.INDEXES:
            self.table.add_global_secondary_index(
                index_name=index.name,
                partition_key=dynamodb.Attribute(name=index.owner, type=text),
                sort_key=dynamodb.Attribute(name=index.order, type=number if index.counts else text),
            )
        self.topic = sns.Topic(self, "Alerts", enforce_ssl=True, master_key=key)

    @property
    def places(self) -> list[str]:
        """The table and its indexes, as a right on them names them."""
        indexes = [f"{self.table.table_arn}/index/{index.name}" for index in items.INDEXES]
        return [self.table.table_arn, *indexes]


class Application(Construct):
    """The Flink application: judges ``raw`` into ``clean``, and says in ``signals`` what the rules' windows hold."""

    RUNTIME = "FLINK-1_20"
    CODE = "flink.zip"
    JAR = "lib/footfall-flink.jar"

    def __init__(self, scope: Construct, streams: Streams, release: Release, key: kms.IKey, size: Size) -> None:
        super().__init__(scope, "Application")
        self.role = Role(self, "Role", "kinesisanalytics.amazonaws.com")
        self.role.may(READS, streams.raw.stream_arn, streams.clean.stream_arn)
        self.role.may(WRITES, streams.clean.stream_arn, streams.signals.stream_arn)
        self.role.may(["s3:GetObject", "s3:GetObjectVersion"], release.bucket.arn_for_objects(release.key(self.CODE)))
        self.role.may(ENCRYPTS, key.key_arn)
        self.application = flink.CfnApplication(
            self,
            "Flink",
            runtime_environment=self.RUNTIME,
            service_execution_role=self.role.role_arn,
            application_configuration=self._configuration(streams, release, size),
            run_configuration=flink.CfnApplication.RunConfigurationProperty(
                application_restore_configuration=flink.CfnApplication.ApplicationRestoreConfigurationProperty(
                    application_restore_type="RESTORE_FROM_LATEST_SNAPSHOT"
                )
            ),
        )
        self._logged()

    def _configuration(
        self, streams: Streams, release: Release, size: Size
    ) -> flink.CfnApplication.ApplicationConfigurationProperty:
        part = flink.CfnApplication
        content = part.S3ContentLocationProperty(bucket_arn=release.bucket.bucket_arn, file_key=release.key(self.CODE))
        return part.ApplicationConfigurationProperty(
            application_code_configuration=part.ApplicationCodeConfigurationProperty(
                code_content_type="ZIPFILE", code_content=part.CodeContentProperty(s3_content_location=content)
            ),
            application_snapshot_configuration=part.ApplicationSnapshotConfigurationProperty(snapshots_enabled=True),
            environment_properties=part.EnvironmentPropertiesProperty(property_groups=self._properties(streams)),
            flink_application_configuration=part.FlinkApplicationConfigurationProperty(
                checkpoint_configuration=part.CheckpointConfigurationProperty(
                    configuration_type="CUSTOM", checkpointing_enabled=True, checkpoint_interval=10_000
                ),
                monitoring_configuration=part.MonitoringConfigurationProperty(
                    configuration_type="CUSTOM", metrics_level="APPLICATION", log_level="INFO"
                ),
                parallelism_configuration=part.ParallelismConfigurationProperty(
                    configuration_type="CUSTOM",
                    parallelism=size.parallelism,
                    parallelism_per_kpu=size.a_unit,
                    auto_scaling_enabled=size.parallelism > 1,
                ),
            ),
        )

    def _properties(self, streams: Streams) -> list[flink.CfnApplication.PropertyGroupProperty]:
        group = flink.CfnApplication.PropertyGroupProperty
        return [
            group(
                property_group_id="kinesis.analytics.flink.run.options",
                property_map={"python": "main.py", "jarfile": self.JAR},
            ),
            group(
                property_group_id="footfall",
                property_map={
                    "region": Stack.of(self).region,
                    "raw": streams.raw.stream_arn,
                    "clean": streams.clean.stream_arn,
                    "signals": streams.signals.stream_arn,
                },
            ),
        ]

    def _logged(self) -> None:
        log = logs.LogGroup(self, "Log", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY)
        stream = logs.LogStream(self, "LogStream", log_group=log, removal_policy=RemovalPolicy.DESTROY)
        log.grant_write(self.role)
        place = Stack.of(self).format_arn(
            service="logs", resource=f"log-group:{log.log_group_name}:log-stream:{stream.log_stream_name}"
        )
        option = flink.CfnApplicationCloudWatchLoggingOption
        option(
            self,
            "Logging",
            application_name=self.application.ref,
            cloud_watch_logging_option=option.CloudWatchLoggingOptionProperty(log_stream_arn=place),
        )


class Response(Construct):
    """What follows from a signal: incidents kept, people told, verdicts in the lake, addresses shut out."""

    def __init__(
        self,
        scope: Construct,
        libraries: Libraries,
        streams: Streams,
        record: Record,
        letters: Letters,
        lake: Lake,
        key: kms.IKey,
        size: Size,
    ) -> None:
        super().__init__(scope, "Response")
        self._libraries, self._record, self._key = libraries, record, key
        self.respond = self._respond(streams, letters, size)
        self.verdicts = self._verdicts(lake)
        self.notify = self._notify()
        self.block = self._block()

    def _respond(self, streams: Streams, letters: Letters, size: Size) -> Worker:
        worker = Worker(
            self,
            "respond",
            self._libraries,
            {
                Told.INCIDENTS: self._record.table.table_name,
                Told.ALERTS: self._record.topic.topic_arn,
                Told.LETTERS: letters.delivery.ref,
            },
            memory_mb=size.memory_mb,
        )
        worker.role.may(KEEPS, *self._record.places)
        worker.role.may(["sns:Publish"], self._record.topic.topic_arn)
        worker.role.may(["firehose:PutRecordBatch"], letters.delivery.attr_arn)
        worker.role.may(ENCRYPTS, self._key.key_arn)
        worker.role.may(READS, streams.signals.stream_arn)
        worker.function.add_event_source(
            sources.KinesisEventSource(
                streams.signals,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                **_patience(worker),
            )
        )
        return worker

    def _verdicts(self, lake: Lake) -> Worker:
        worker = Worker(self, "verdicts", self._libraries, {Told.LAKE: lake.bucket.bucket_name})
        worker.role.may(["s3:PutObject"], lake.objects(lake.verdicts.prefix))
        worker.role.may(ENCRYPTS, self._key.key_arn)
        worker.function.add_event_source(
            sources.DynamoEventSource(
                self._record.table,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                filters=[
                    lambda_.FilterCriteria.filter(
                        {"dynamodb": {"NewImage": {items.KIND: {"S": lambda_.FilterRule.is_equal(items.VERDICT)}}}}
                    )
                ],
                **_patience(worker),
            )
        )
        return worker

    def _notify(self) -> Worker:
        channels = CfnParameter(
            self,
            "Channels",
            default="/footfall/channels",
            description="The parameter (SecureString) that holds the channels to tell, as apprise addresses",
        )
        worker = Worker(self, "notify", self._libraries, {Told.CHANNELS: channels.value_as_string})
        place = f"parameter{channels.value_as_string}"
        worker.role.may(["ssm:GetParameter"], Stack.of(self).format_arn(service="ssm", resource=place))
        worker.role.may(["kms:Decrypt"], self._key.key_arn)
        self._hears(worker)
        return worker

    def _block(self) -> Worker:
        sets = CfnParameter(
            self,
            "IpSets",
            type="CommaDelimitedList",
            default="",
            description="ARNs of the WAF IP sets (IPv4, IPv6) that shut addresses out; none: nobody is shut out",
        )
        told = Fn.join(",", sets.value_as_list)
        worker = Worker(
            self, "block", self._libraries, {Told.INCIDENTS: self._record.table.table_name, Told.IP_SETS: told}
        )
        worker.role.may(["dynamodb:GetItem", "dynamodb:Query"], *self._record.places)
        worker.role.may(["kms:Decrypt"], self._key.key_arn)
        shuts = iam.PolicyStatement(actions=["wafv2:GetIPSet", "wafv2:UpdateIPSet"], resources=sets.value_as_list)
        asked = CfnCondition(self, "Shuts", expression=Fn.condition_not(Fn.condition_equals(told, "")))
        policy = iam.Policy(self, "MayShutOut", statements=[shuts], roles=[worker.role])
        resource = policy.node.default_child
        assert isinstance(resource, iam.CfnPolicy)
        resource.cfn_options.condition = asked
        self._hears(worker)
        return worker

    def _hears(self, worker: Worker) -> None:
        """Every alert to a function; what it cannot take after its retries lies in its queue."""
        self._record.topic.add_subscription(
            subscriptions.LambdaSubscription(worker.function, dead_letter_queue=worker.failed)
        )


def _patience(worker: Worker) -> dict[str, Any]:
    """What becomes of a record that a function cannot take: told alone, tried a few times, put by, passed."""
    return {
        "batch_size": 500,
        "max_batching_window": Duration.seconds(1),
        "report_batch_item_failures": True,
        "bisect_batch_on_error": True,
        "retry_attempts": RETRIES,
        "max_record_age": Duration.hours(6),
        "parallelization_factor": 1,
        "on_failure": worker.fails_into_its_queue(),
    }
