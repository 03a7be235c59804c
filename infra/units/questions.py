"""Questions: the workgroup in which Athena answers, bounded in what one query may read; and who may ask."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_athena as athena
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from footfall.aws import questions
from footfall.aws.sizes import Size
from infra.units.access import ENCRYPTS
from infra.units.lake import Lake, Table
from infra.units.marts import PREFIX

GIGABYTE = 1 << 30

Rights = dict[tuple[str, ...], list[str]]
"""Resources by the actions that are allowed on them."""


class Workgroup(Construct):
    """The workgroup in which Athena answers, bounded in what one query may read."""

    def __init__(self, scope: Construct, lake: Lake, key: kms.IKey, size: Size) -> None:
        super().__init__(scope, "Questions")
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
                    output_location=f"s3://{lake.workshop.bucket_name}/results/",
                    encryption_configuration=part.EncryptionConfigurationProperty(
                        encryption_option="SSE_KMS", kms_key=key.key_arn
                    ),
                ),
            ),
        )


class Asking(Construct):
    """Who may ask: a policy for people, and the same rights for units that ask."""

    def __init__(
        self, scope: Construct, group: athena.CfnWorkGroup, lake: Lake, marts: list[Table], key: kms.IKey
    ) -> None:
        super().__init__(scope, "Asking")
        self.rights = _rights(self, group, lake, marts, key)
        statements = [
            iam.PolicyStatement(actions=[*actions], resources=resources) for actions, resources in self.rights.items()
        ]
        self.policy = iam.ManagedPolicy(
            self, "MayAsk", description="May ask Footfall's questions", statements=statements
        )


def _rights(scope: Construct, group: athena.CfnWorkGroup, lake: Lake, marts: list[Table], key: kms.IKey) -> Rights:
    """What asking takes, and nothing besides."""
    kept = [lake.raw, lake.events, lake.clean, lake.verdicts]
    place = Stack.of(scope).format_arn(service="athena", resource="workgroup", resource_name=group.name)
    return {
        ("athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution"): [place],
        ("athena:StopQueryExecution", "athena:GetWorkGroup"): [place],
        ("glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"): lake.arns_of(*kept, *marts),
        ("s3:GetObject",): [*(lake.objects(table.prefix) for table in kept), lake.objects(PREFIX)],
        ("s3:ListBucket", "s3:GetBucketLocation"): [lake.bucket.bucket_arn, lake.workshop.bucket_arn],
        ("s3:GetObject", "s3:PutObject"): [lake.workshop.arn_for_objects("results/*")],
        tuple(ENCRYPTS): [key.key_arn],
    }


class Named(Construct):
    """Every question as a named query of the workgroup; apart from it, for emulators refuse them."""

    def __init__(self, scope: Construct, group: athena.CfnWorkGroup, lake: Lake) -> None:
        super().__init__(scope, "Named")
        for each in questions.questions():
            athena.CfnNamedQuery(
                self,
                each.name.title().replace("_", ""),
                name=each.name,
                description=each.title,
                database=lake.database.ref,
                work_group=group.name,
                query_string=each.sql,
            )
