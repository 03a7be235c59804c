"""Batch: the daily Glue job, the workgroup of its questions, and what runs the one after the other."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as steps
from constructs import Construct

from footfall.aws.sizes import Size
from infra.units.access import ENCRYPTS, Role
from infra.units.function import Release
from infra.units.lake import Lake

GIGABYTE = 1 << 30
GLUE = "5.1"
CODE = "glue/job.py"
PACKAGE = "functions.zip"
ENCRYPTED = "footfall-jobs"
AT = "cron(15 3 * * ? *)"
"""When the day before is worked out, UTC."""


class JobEncryption(Construct):
    """How whatever a job writes is encrypted; apart from the job, for emulators refuse it."""

    def __init__(self, scope: Construct, key: kms.IKey) -> None:
        super().__init__(scope, "JobEncryption")
        part = glue.CfnSecurityConfiguration
        part(
            self,
            "Encrypted",
            name=ENCRYPTED,
            encryption_configuration=part.EncryptionConfigurationProperty(
                cloud_watch_encryption=part.CloudWatchEncryptionProperty(
                    cloud_watch_encryption_mode="SSE-KMS", kms_key_arn=key.key_arn
                ),
                job_bookmarks_encryption=part.JobBookmarksEncryptionProperty(
                    job_bookmarks_encryption_mode="CSE-KMS", kms_key_arn=key.key_arn
                ),
                s3_encryptions=[part.S3EncryptionProperty(s3_encryption_mode="SSE-KMS", kms_key_arn=key.key_arn)],
            ),
        )


class Daily(Construct):
    """The job that cleans a day and joins the verdicts, run once a day, tried again, never two at a time."""

    def __init__(self, scope: Construct, lake: Lake, release: Release, key: kms.IKey, size: Size) -> None:
        super().__init__(scope, "Daily")
        self.role = Role(self, "JobRole", "glue.amazonaws.com")
        self._may(lake, release, key)
        self.job = glue.CfnJob(
            self,
            "Job",
            role=self.role.role_arn,
            glue_version=GLUE,
            worker_type="G.1X",
            number_of_workers=size.glue_workers,
            timeout=4 * size.glue_minutes + 30,
            max_retries=1,
            execution_property=glue.CfnJob.ExecutionPropertyProperty(max_concurrent_runs=1),
            security_configuration=ENCRYPTED,
            command=glue.CfnJob.JobCommandProperty(
                name="glueetl",
                python_version="3",
                script_location=f"s3://{release.bucket.bucket_name}/{release.key(CODE)}",
            ),
            default_arguments=self._arguments(lake, release),
        )
        self.machine = self._machine()
        self._schedule()

    def _may(self, lake: Lake, release: Release, key: kms.IKey) -> None:
        raw, events, verdicts = lake.raw, lake.events, lake.verdicts
        self.role.may(["s3:GetObject"], *(lake.objects(table.prefix) for table in (raw, events, verdicts)))
        self.role.may(["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], lake.objects(events.prefix))
        self.role.may(["s3:ListBucket", "s3:GetBucketLocation"], lake.bucket.bucket_arn)
        code = [release.bucket.arn_for_objects(release.key(name)) for name in (CODE, PACKAGE)]
        self.role.may(["s3:GetObject"], *code)
        self.role.may(["s3:GetObject", "s3:PutObject"], release.bucket.arn_for_objects("temporary/*"))
        self.role.may(["glue:GetDatabase", "glue:GetTable", "glue:GetPartitions"], *lake.arns_of(raw, events, verdicts))
        self.role.may(ENCRYPTS, key.key_arn)
        place = Stack.of(self).format_arn(service="logs", resource="log-group:/aws-glue/jobs/*")
        self.role.may(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], place)
        self.role.may(["logs:AssociateKmsKey"], place)

    def _arguments(self, lake: Lake, release: Release) -> dict[str, str]:
        """What ``aws/spark/job.py`` is called with."""
        bucket = lake.bucket.bucket_name
        return {
            "--raw": f"s3://{bucket}/{lake.raw.prefix}",
            "--events": f"s3://{bucket}/{lake.events.prefix}",
            "--verdicts": f"s3://{bucket}/{lake.verdicts.prefix}",
            "--extra-py-files": f"s3://{release.bucket.bucket_name}/{release.key(PACKAGE)}",
            "--TempDir": f"s3://{release.bucket.bucket_name}/temporary/",
            "--enable-metrics": "true",
            "--enable-continuous-cloudwatch-log": "true",
        }

    def _machine(self) -> steps.StateMachine:
        role = Role(self, "MachineRole", "states.amazonaws.com")
        job = Stack.of(self).format_arn(service="glue", resource="job", resource_name=self.job.ref)
        role.may(["glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun"], job)
        log = logs.LogGroup(
            self, "MachineLog", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        run = steps.CustomState(
            self,
            "CleanAndJoin",
            state_json={
                "Type": "Task",
                "Resource": f"arn:{Stack.of(self).partition}:states:::glue:startJobRun.sync",
                "Parameters": {"JobName": self.job.ref, "Arguments.$": "$.arguments"},
                "Retry": [
                    {
                        "ErrorEquals": ["Glue.ConcurrentRunsExceededException", "States.TaskFailed"],
                        "IntervalSeconds": 300,
                        "MaxAttempts": 2,
                        "BackoffRate": 2,
                    }
                ],
            },
        )
        return steps.StateMachine(
            self,
            "Machine",
            definition_body=steps.DefinitionBody.from_chainable(run),
            role=role,
            timeout=Duration.hours(12),
            tracing_enabled=True,
            logs=steps.LogOptions(destination=log, level=steps.LogLevel.ALL),
        )

    def _schedule(self) -> None:
        role = Role(self, "ScheduleRole", "scheduler.amazonaws.com")
        role.may(["states:StartExecution"], self.machine.state_machine_arn)
        scheduler.CfnSchedule(
            self,
            "Schedule",
            schedule_expression=AT,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self.machine.state_machine_arn,
                role_arn=role.role_arn,
                input=Stack.of(self).to_json_string({"arguments": {"--until": "<aws.scheduler.scheduled-time>"}}),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(maximum_retry_attempts=3),
            ),
        )


class Questions(Construct):
    """The workgroup in which Athena answers, bounded in what one query may read; and who may ask."""

    def __init__(self, scope: Construct, lake: Lake, key: kms.IKey, size: Size) -> None:
        super().__init__(scope, "Questions")
        self.results = f"s3://{lake.workshop.bucket_name}/results/"
        part = athena.CfnWorkGroup
        self.group = part(
            self,
            "Group",
            name=f"{Stack.of(self).stack_name}-questions",
            recursive_delete_option=True,
            work_group_configuration=part.WorkGroupConfigurationProperty(
                bytes_scanned_cutoff_per_query=size.scan_gb * GIGABYTE,
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                engine_version=part.EngineVersionProperty(selected_engine_version="Athena engine version 3"),
                result_configuration=part.ResultConfigurationProperty(
                    output_location=self.results,
                    encryption_configuration=part.EncryptionConfigurationProperty(
                        encryption_option="SSE_KMS", kms_key=key.key_arn
                    ),
                ),
            ),
        )
        self.asks = self._asks(lake, key)

    def _asks(self, lake: Lake, key: kms.IKey) -> iam.ManagedPolicy:
        """What a person or the dashboard needs to ask questions, and nothing besides."""
        group = Stack.of(self).format_arn(service="athena", resource="workgroup", resource_name=self.group.name)
        allowed = {
            (*("athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution"),): [group],
            ("athena:StopQueryExecution", "athena:GetWorkGroup"): [group],
            ("glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"): lake.arns_of(
                lake.raw, lake.events, lake.verdicts
            ),
            ("s3:GetObject",): [lake.objects(table.prefix) for table in (lake.raw, lake.events, lake.verdicts)],
            ("s3:ListBucket", "s3:GetBucketLocation"): [lake.bucket.bucket_arn, lake.workshop.bucket_arn],
            ("s3:GetObject", "s3:PutObject"): [lake.workshop.arn_for_objects("results/*")],
            tuple(ENCRYPTS): [key.key_arn],
        }
        statements = [
            iam.PolicyStatement(actions=list(actions), resources=resources) for actions, resources in allowed.items()
        ]
        return iam.ManagedPolicy(self, "MayAsk", description="May ask Footfall's questions", statements=statements)
