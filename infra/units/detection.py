"""Detection: the record of incidents, and the functions that judge what Flink finds, tell people and shut out."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnCondition, Duration, Fn, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from footfall.aws import incident_items as items
from footfall.aws.environment import Told
from footfall.aws.sizes import Size
from infra.units.access import ENCRYPTS, RETAIN
from infra.units.function import RETRIES, Libraries, Worker
from infra.units.lake import Lake
from infra.units.parameters import parameter
from infra.units.stream import READS, Letters, Streams

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
                Told.SIGNALS: streams.signals.stream_name,
                Told.CLEAN: streams.clean.stream_name,
            },
            memory_mb=size.memory_mb,
        )
        worker.role.may(KEEPS, *self._record.places)
        worker.role.may(["sns:Publish"], self._record.topic.topic_arn)
        worker.role.may(["firehose:PutRecordBatch"], letters.delivery.attr_arn)
        worker.role.may(ENCRYPTS, self._key.key_arn)
        worker.role.may(READS, streams.signals.stream_arn, streams.clean.stream_arn)
        worker.function.add_event_source(
            sources.KinesisEventSource(
                streams.signals,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                **_patience(worker, size.wait_s),
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
        channels = parameter(
            self,
            "Channels",
            "/footfall/channels",
            "The parameter (SecureString) that holds the channels to tell, as apprise addresses",
        )
        worker = Worker(self, "notify", self._libraries, {Told.CHANNELS: channels.value_as_string})
        place = f"parameter{channels.value_as_string}"
        worker.role.may(["ssm:GetParameter"], Stack.of(self).format_arn(service="ssm", resource=place))
        worker.role.may(["kms:Decrypt"], self._key.key_arn)
        self._hears(worker)
        return worker

    def _block(self) -> Worker:
        sets = parameter(
            self,
            "IpSets",
            "",
            "ARNs of the WAF IP sets (IPv4, IPv6) that shut addresses out; none: nobody is shut out",
            type="CommaDelimitedList",
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


def _patience(worker: Worker, seconds: int = 1) -> dict[str, Any]:
    """What becomes of a record that a function cannot take: told alone, tried a few times, put by, passed."""
    return {
        "batch_size": 500,
        "max_batching_window": Duration.seconds(seconds),
        "report_batch_item_failures": True,
        "bisect_batch_on_error": True,
        "retry_attempts": RETRIES,
        "max_record_age": Duration.hours(6),
        "parallelization_factor": 1,
        "on_failure": worker.fails_into_its_queue(),
    }
