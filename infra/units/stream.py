"""The stream: events as they came, events that were judged, and what the detection says of them."""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from footfall.aws.environment import Told
from footfall.aws.sizes import Size
from infra.units.access import ENCRYPTS, RETAIN, Role
from infra.units.function import Libraries, Worker
from infra.units.lake import Lake, Table
from infra.units.parameters import parameter

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
        keys = parameter(self, "WriteKeys", "", "Write keys with commas between; none: no events")
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
        deliverable = _Deliverable(self, self.role, lake, key, "dead_letters")
        encrypted = firehose.CfnDeliveryStream.DeliveryStreamEncryptionConfigurationInputProperty
        self.delivery = firehose.CfnDeliveryStream(
            self,
            "Delivery",
            delivery_stream_type="DirectPut",
            delivery_stream_encryption_configuration_input=encrypted(
                key_type="CUSTOMER_MANAGED_CMK", key_arn=key.key_arn
            ),
            extended_s3_destination_configuration=deliverable.into("GZIP", 5),
        )
        self.delivery.node.add_dependency(self.role)


class Delivery(Construct):
    """Judged events into the lake, as Parquet by UTC day."""

    def __init__(self, scope: Construct, streams: Streams, lake: Lake, key: kms.IKey) -> None:
        super().__init__(scope, "Delivery")
        self.role = Role(self, "Role", "firehose.amazonaws.com")
        self.role.may(READS, streams.clean.stream_arn)
        catalog = lake.arns_of(lake.raw)
        self.role.may(["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"], *catalog)
        deliverable = _Deliverable(self, self.role, lake, key, lake.raw.prefix)
        self.delivery = firehose.CfnDeliveryStream(
            self,
            "Stream",
            delivery_stream_type="KinesisStreamAsSource",
            kinesis_stream_source_configuration=firehose.CfnDeliveryStream.KinesisStreamSourceConfigurationProperty(
                kinesis_stream_arn=streams.clean.stream_arn, role_arn=self.role.role_arn
            ),
            extended_s3_destination_configuration=deliverable.into("UNCOMPRESSED", 128, lake.raw),
        )
        self.delivery.node.add_dependency(self.role)


class _Deliverable:
    """One prefix of the lake that a delivery stream may write."""

    def __init__(self, scope: Construct, role: Role, lake: Lake, key: kms.IKey, prefix: str) -> None:
        self._role, self._lake, self._prefix = role, lake, prefix
        log = logs.LogGroup(scope, "Log", retention=logs.RetentionDays.ONE_MONTH, removal_policy=_DROP)
        stream = logs.LogStream(scope, "LogStream", log_group=log, removal_policy=_DROP)
        log.grant_write(role)
        role.may(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], lake.objects(prefix))
        role.may(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], lake.bucket.bucket_arn)
        role.may(ENCRYPTS, key.key_arn)
        self._logging = firehose.CfnDeliveryStream.CloudWatchLoggingOptionsProperty(
            enabled=True, log_group_name=log.log_group_name, log_stream_name=stream.log_stream_name
        )

    def into(
        self, compression: str, megabytes: int, table: Table | None = None
    ) -> firehose.CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty:
        """The destination: a folder a UTC day; as Parquet where there is a table that says the columns."""
        return firehose.CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty(
            bucket_arn=self._lake.bucket.bucket_arn,
            role_arn=self._role.role_arn,
            prefix=f"{self._prefix}/day=!{{timestamp:yyyy-MM-dd}}/",
            error_output_prefix=f"{self._prefix}/failed/!{{firehose:error-output-type}}/day=!{{timestamp:yyyy-MM-dd}}/",
            compression_format=compression,
            buffering_hints=firehose.CfnDeliveryStream.BufferingHintsProperty(
                interval_in_seconds=300, size_in_m_bs=megabytes
            ),
            cloud_watch_logging_options=self._logging,
            data_format_conversion_configuration=_parquet(self._role, table) if table else None,
        )


def _parquet(role: Role, table: Table) -> firehose.CfnDeliveryStream.DataFormatConversionConfigurationProperty:
    part = firehose.CfnDeliveryStream
    return part.DataFormatConversionConfigurationProperty(
        enabled=True,
        input_format_configuration=part.InputFormatConfigurationProperty(
            deserializer=part.DeserializerProperty(open_x_json_ser_de=part.OpenXJsonSerDeProperty())
        ),
        output_format_configuration=part.OutputFormatConfigurationProperty(
            serializer=part.SerializerProperty(parquet_ser_de=part.ParquetSerDeProperty(compression="SNAPPY"))
        ),
        schema_configuration=part.SchemaConfigurationProperty(
            database_name=table.database,
            table_name=table.name,
            region=Stack.of(role).region,
            role_arn=role.role_arn,
            version_id="LATEST",
        ),
    )
