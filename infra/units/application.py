"""The Flink application: what it runs, what it may read and write, where it says how it is."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_kinesisanalyticsv2 as flink
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from footfall.aws.sizes import Size
from infra.units.access import ENCRYPTS, Role
from infra.units.function import Release
from infra.units.stream import READS, WRITES, Streams


class Application(Construct):
    """The Flink application: judges ``raw`` into ``clean``, and says in ``signals`` what the rules' windows hold."""

    RUNTIME = "FLINK-1_20"
    CODE = "flink.zip"
    JAR = "lib/footfall-flink.jar"

    def __init__(self, scope: Construct, streams: Streams, release: Release, key: kms.IKey, size: Size) -> None:
        super().__init__(scope, "Application")
        self.role = Role(self, "Role", "kinesisanalytics.amazonaws.com")
        self.role.may(READS, streams.raw.stream_arn)
        self.role.may(WRITES, streams.raw.stream_arn, streams.clean.stream_arn, streams.signals.stream_arn)
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
                ),
                flink_run_configuration=flink.CfnApplication.FlinkRunConfigurationProperty(
                    allow_non_restored_state=True  # windows of a rule that is another now are begun anew
                ),
            ),
        )
        logged(self, self.application, self.role)

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


def logged(scope: Construct, application: flink.CfnApplication, role: Role) -> None:
    """Where an application says how it is."""
    log = logs.LogGroup(scope, "Log", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY)
    stream = logs.LogStream(scope, "LogStream", log_group=log, removal_policy=RemovalPolicy.DESTROY)
    log.grant_write(role)
    place = Stack.of(scope).format_arn(
        service="logs", resource=f"log-group:{log.log_group_name}:log-stream:{stream.log_stream_name}"
    )
    option = flink.CfnApplicationCloudWatchLoggingOption
    option(
        scope,
        "Logging",
        application_name=application.ref,
        cloud_watch_logging_option=option.CloudWatchLoggingOptionProperty(log_stream_arn=place),
    )
