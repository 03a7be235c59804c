"""The stream: events as they came, events that were judged, and what the detection says of them."""

from __future__ import annotations

from aws_cdk import CfnOutput, CfnParameter, Duration, RemovalPolicy
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from constructs import Construct

from footfall.aws.environment import Told
from footfall.aws.sizes import Size
from infra.units.access import ENCRYPTS, RETAIN, Role
from infra.units.function import Libraries, Worker
from infra.units.lake import Lake

READS = [
    *("kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords"),
    *("kinesis:GetShardIterator", "kinesis:ListShards"),
]
WRITES = ["kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords"]

_DROP = RemovalPolicy.DESTROY


class Streams(Construct):
    """``raw`` as collected, ``clean`` as judged, ``signals`` of the detection, which has one shard to be in order."""

    def __init__(self, scope: Construct, key: kms.IKey, size: Size) -> None:
        super().__init__(scope, "Streams")
        self.raw = _stream(self, "Raw", key, size.shards)
        self.clean = _stream(self, "Clean", key, size.shards)
        self.signals = _stream(self, "Signals", key, 1)


def _stream(scope: Construct, name: str, key: kms.IKey, shards: int) -> kinesis.Stream:
    return kinesis.Stream(
        scope,
        name,
        shard_count=shards,
        stream_mode=kinesis.StreamMode.PROVISIONED,
        encryption=kinesis.StreamEncryption.KMS,
        encryption_key=key,
        retention_period=Duration.hours(24),
        removal_policy=RETAIN,
    )


class Collector(Construct):
    """The collector behind an address of its own; pages send with a write key, so the address itself is open."""

    def __init__(
        self, scope: Construct, libraries: Libraries, streams: Streams, letters: Letters, key: kms.IKey, size: Size
    ) -> None:
        super().__init__(scope, "Collection")
        keys = CfnParameter(
            self, "WriteKeys", default="", description="Write keys with commas between; none: no events"
        )
        keys.override_logical_id("WriteKeys")
        self.worker = Worker(
            self,
            "collector",
            libraries,
            {
                Told.RAW: streams.raw.stream_name,
                Told.LETTERS: letters.delivery.ref,
                "FOOTFALL_COLLECTOR__WRITE_KEYS": keys.value_as_string,
            },
            memory_mb=size.memory_mb,
            concurrency=size.concurrency,
        )
        self.worker.role.may(WRITES, streams.raw.stream_arn)
        self.worker.role.may(["firehose:PutRecordBatch"], letters.delivery.attr_arn)
        self.worker.role.may(ENCRYPTS, key.key_arn)
        self.url = self.worker.function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.NONE)
        CfnOutput(self, "Address", value=self.url.url, description="Where clients send events")


class Letters(Construct):
    """Dead letters into the lake, as JSON lines."""

    def __init__(self, scope: Construct, lake: Lake, key: kms.IKey) -> None:
        super().__init__(scope, "Letters")
        self.role = Role(self, "Role", "firehose.amazonaws.com")
        destination = _json_lines(self, self.role, lake, key, "dead_letters")
        encrypted = firehose.CfnDeliveryStream.DeliveryStreamEncryptionConfigurationInputProperty
        self.delivery = firehose.CfnDeliveryStream(
            self,
            "Delivery",
            delivery_stream_type="DirectPut",
            delivery_stream_encryption_configuration_input=encrypted(
                key_type="CUSTOMER_MANAGED_CMK", key_arn=key.key_arn
            ),
            extended_s3_destination_configuration=destination,
        )
        self.delivery.node.add_dependency(self.role)


class Delivery(Construct):
    """Judged events into the lake, as Parquet by UTC day: some minutes of a shard are a file."""

    GATHERED = Duration.minutes(5)
    AT_ONCE = 10_000

    def __init__(
        self,
        scope: Construct,
        libraries: Libraries,
        streams: Streams,
        letters: Letters,
        lake: Lake,
        key: kms.IKey,
        size: Size,
    ) -> None:
        super().__init__(scope, "Delivery")
        told: dict[Told | str, str] = {Told.LAKE: lake.bucket.bucket_name, Told.LETTERS: letters.delivery.ref}
        self.worker = Worker(self, "deliver", libraries, told, memory_mb=size.memory_mb)
        self.worker.role.may(READS, streams.clean.stream_arn)
        self.worker.role.may(["s3:PutObject"], lake.objects(lake.raw.prefix))
        self.worker.role.may(["firehose:PutRecordBatch"], letters.delivery.attr_arn)
        self.worker.role.may(ENCRYPTS, key.key_arn)
        self.worker.function.add_event_source(
            sources.KinesisEventSource(
                streams.clean,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=self.AT_ONCE,
                max_batching_window=self.GATHERED,
                on_failure=self.worker.fails_into_its_queue(),  # until then it is tried as long as the stream has it
            )
        )


def _json_lines(
    scope: Construct, role: Role, lake: Lake, key: kms.IKey, prefix: str
) -> firehose.CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty:
    """One prefix of the lake that a delivery stream may write: a folder a UTC day."""
    log = logs.LogGroup(scope, "Log", retention=logs.RetentionDays.ONE_MONTH, removal_policy=_DROP)
    stream = logs.LogStream(scope, "LogStream", log_group=log, removal_policy=_DROP)
    log.grant_write(role)
    role.may(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], lake.objects(prefix))
    role.may(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], lake.bucket.bucket_arn)
    role.may(ENCRYPTS, key.key_arn)
    part = firehose.CfnDeliveryStream
    return part.ExtendedS3DestinationConfigurationProperty(
        bucket_arn=lake.bucket.bucket_arn,
        role_arn=role.role_arn,
        prefix=f"{prefix}/day=!{{timestamp:yyyy-MM-dd}}/",
        error_output_prefix=f"{prefix}/failed/!{{firehose:error-output-type}}/day=!{{timestamp:yyyy-MM-dd}}/",
        compression_format="GZIP",
        buffering_hints=part.BufferingHintsProperty(interval_in_seconds=300, size_in_m_bs=5),
        cloud_watch_logging_options=part.CloudWatchLoggingOptionsProperty(
            enabled=True, log_group_name=log.log_group_name, log_stream_name=stream.log_stream_name
        ),
    )
