"""Batch: the daily Glue job, the marts and questions after it, the workgroup they are asked in."""

from __future__ import annotations

from importlib.metadata import requires

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_glue as glue
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as steps
from constructs import Construct

from footfall.aws.sizes import Size
from infra.units.access import ENCRYPTS, Role
from infra.units.function import Release
from infra.units.lake import Lake
from infra.units.marts import PREFIX, RUN, Marts
from infra.units.parameters import zone
from infra.units.questions import Asking

GLUE = "5.1"
CODE = "glue/job.py"
PACKAGE = "functions.zip"
ENCRYPTED = "footfall-jobs"
AT = "cron(15 3 * * ? *)"
"""When the day before is worked out, UTC."""
LACKED = ("msgspec",)
"""What the job imports and Glue does not hold."""


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


class Job(Construct):
    """The Glue job that writes the lake's days and joins the verdicts into `clean`."""

    def __init__(self, scope: Construct, lake: Lake, release: Release, key: kms.IKey, size: Size) -> None:
        super().__init__(scope, "Job")
        self.role = Role(self, "Role", "glue.amazonaws.com")
        self._may(lake, release, key)
        self.job = glue.CfnJob(
            self,
            "Job",
            role=self.role.role_arn,
            glue_version=GLUE,
            worker_type="G.1X",
            number_of_workers=size.glue_workers,
            execution_class="FLEX",
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

    def _may(self, lake: Lake, release: Release, key: kms.IKey) -> None:
        made = [lake.events, lake.clean]
        read = [lake.raw, lake.verdicts, *made]
        self.role.may(["s3:GetObject"], *(lake.objects(table.prefix) for table in read), lake.objects(PREFIX))
        writes = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        self.role.may(writes, *(lake.objects(table.prefix) for table in made), lake.objects(PREFIX))
        self.role.may(["s3:ListBucket", "s3:GetBucketLocation"], lake.bucket.bucket_arn)
        code = [release.bucket.arn_for_objects(release.key(name)) for name in (CODE, PACKAGE)]
        self.role.may(["s3:GetObject"], *code)
        self.role.may(["s3:GetObject", "s3:PutObject"], release.bucket.arn_for_objects("temporary/*"))
        self.role.may(ENCRYPTS, key.key_arn)
        place = Stack.of(self).format_arn(service="logs", resource="log-group:/aws-glue/jobs/*")
        self.role.may(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], place)
        self.role.may(["logs:AssociateKmsKey"], place)

    def _arguments(self, lake: Lake, release: Release) -> dict[str, str]:
        """What ``aws/spark/job.py`` is called with."""
        tables = {"raw": lake.raw, "events": lake.events, "clean": lake.clean, "verdicts": lake.verdicts}
        places = {f"--{name}": f"s3://{lake.bucket.bucket_name}/{table.prefix}" for name, table in tables.items()}
        return {
            **places,
            "--marts": f"s3://{lake.bucket.bucket_name}/{PREFIX}",
            "--zone": zone(self),
            "--extra-py-files": f"s3://{release.bucket.bucket_name}/{release.key(PACKAGE)}",
            "--additional-python-modules": ",".join(_asked(LACKED)),
            "--TempDir": f"s3://{release.bucket.bucket_name}/temporary/",
            "--enable-metrics": "true",
            "--enable-continuous-cloudwatch-log": "true",
        }


def _asked(names: tuple[str, ...]) -> list[str]:
    """What the product asks for of some packages."""
    return [each for each in requires("footfall") or () if each.startswith(names) and ";" not in each]


class Daily(Construct):
    """The run of each day: the job, the marts, the questions; tried again, never two at a time."""

    def __init__(self, scope: Construct, job: Job, marts: Marts, asking: Asking, lake: Lake) -> None:
        super().__init__(scope, "Daily")
        self.role = Role(self, "MachineRole", "states.amazonaws.com")
        self._may(job, marts, asking, lake)
        self.machine = self._machine(job, marts)
        self._schedule()

    def _may(self, job: Job, marts: Marts, asking: Asking, lake: Lake) -> None:
        place = Stack.of(self).format_arn(service="glue", resource="job", resource_name=job.job.ref)
        self.role.may(["glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun"], place)
        for actions, resources in asking.rights.items():
            self.role.may([*actions], *resources)
        catalog = Stack.of(self).format_arn(service="athena", resource="datacatalog", resource_name="AwsDataCatalog")
        self.role.may(["athena:GetDataCatalog"], catalog)
        self.role.may(["glue:UpdateTable"], *lake.arns_of(*marts.tables))

    def _machine(self, job: Job, marts: Marts) -> steps.StateMachine:
        log = logs.LogGroup(
            self, "MachineLog", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        run = steps.CustomState(
            self,
            "CleanAndJoin",
            state_json={
                "Type": "Task",
                "QueryLanguage": "JSONata",
                "Resource": f"arn:{Stack.of(self).partition}:states:::glue:startJobRun.sync",
                "Arguments": {"JobName": job.job.ref, "Arguments": {"--run": f"{{% {RUN} %}}"}},
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
        chain = steps.Chain.start(run)
        for state in marts.states():
            chain = chain.next(state)
        return steps.StateMachine(
            self,
            "Machine",
            definition_body=steps.DefinitionBody.from_chainable(chain),
            role=self.role,
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
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(maximum_retry_attempts=3),
            ),
        )
