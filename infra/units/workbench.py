"""The workbench: DataBrew, which cleans staged files, and the notebook of Managed Flink Studio."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnResource, Stack
from aws_cdk import aws_glue as glue
from aws_cdk import aws_kinesisanalyticsv2 as flink
from aws_cdk import aws_kms as kms
from constructs import Construct

from footfall.aws.databrew import job
from infra.units.access import ENCRYPTS, Role
from infra.units.application import logged
from infra.units.lake import Lake
from infra.units.stream import READS, Streams

DIGITS = 2
"""Of the minor unit of the store's currency."""


class Cleaning(Construct):
    """The recipe for staged files, its data set, its project and its job."""

    def __init__(self, scope: Construct, lake: Lake, key: kms.IKey) -> None:
        super().__init__(scope, "Cleaning")
        self.role = Role(self, "Role", "databrew.amazonaws.com")
        self.said = job.Cleaning(
            f"{Stack.of(self).stack_name}-rees46", lake.bucket.bucket_name, self.role.role_arn, key.key_arn, DIGITS
        )
        self._may(lake, key)
        recipe, dataset = self._made("Recipe", self.said.recipe()), self._made("Dataset", self.said.dataset())
        for made in (self._made("Project", self.said.project()), self._made("Job", _as_declared(self.said.job()))):
            for needed in (recipe, dataset):
                made.add_resource_dependency(needed)
            made.node.add_dependency(self.role)

    def _may(self, lake: Lake, key: kms.IKey) -> None:
        staged, cleaned = (place.rstrip("/") for place in (self.said.staging, self.said.cleaned))
        self.role.may(["s3:GetObject"], lake.objects(staged), lake.objects(cleaned))
        self.role.may(["s3:DeleteObject", "s3:PutObject", "s3:PutObjectAcl"], lake.objects(cleaned))
        self.role.may(["s3:GetBucketLocation", "s3:ListBucket"], lake.bucket.bucket_arn)
        self.role.may(ENCRYPTS, key.key_arn)
        place = Stack.of(self).format_arn(service="logs", resource="log-group:/aws-glue-databrew/*")
        self.role.may(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], place)

    def _made(self, kind: str, properties: Mapping[str, Any]) -> CfnResource:
        return CfnResource(self, kind, type=f"AWS::DataBrew::{kind}", properties=properties)


def _as_declared(told: Mapping[str, Any]) -> dict[str, Any]:
    """A job as CloudFormation has it, which names the recipe otherwise than the service's own call."""
    recipe = told["RecipeReference"]
    named = {"Name": recipe["Name"], "Version": recipe["RecipeVersion"]}
    return {"Type": "RECIPE", "Recipe": named} | {
        name: each for name, each in told.items() if name != "RecipeReference"
    }


class Notebook(Construct):
    """The notebook, which costs nothing until somebody starts it; its tables lie in a database of their own."""

    RUNTIME = "ZEPPELIN-FLINK-3_0"
    PARALLELISM = 4

    def __init__(self, scope: Construct, streams: Streams, key: kms.IKey) -> None:
        super().__init__(scope, "Notebook")
        described = glue.CfnDatabase.DatabaseInputProperty(description="Tables of Footfall's notes")
        self.database = glue.CfnDatabase(self, "Tables", catalog_id=Stack.of(self).account, database_input=described)
        self.role = Role(self, "Role", "kinesisanalytics.amazonaws.com")
        self._may(streams, key)
        self.application = flink.CfnApplication(
            self,
            "Studio",
            runtime_environment=self.RUNTIME,
            application_mode="INTERACTIVE",
            service_execution_role=self.role.role_arn,
            application_configuration=self._configuration(),
        )
        self.application.node.add_dependency(self.role)
        logged(self, self.application, self.role)

    def _may(self, streams: Streams, key: kms.IKey) -> None:
        self.role.may(READS, streams.raw.stream_arn, streams.clean.stream_arn)
        self.role.may(ENCRYPTS, key.key_arn)
        stack = Stack.of(self)
        named = [
            stack.format_arn(service="glue", resource=resource)
            for resource in (
                *("catalog", f"database/{self.database.ref}", f"table/{self.database.ref}/*"),
                f"userDefinedFunction/{self.database.ref}/*",
            )
        ]
        reads = ["glue:GetDatabase", "glue:GetDatabases", "glue:GetPartitions", "glue:GetTable", "glue:GetTables"]
        writes = ["glue:CreateTable", "glue:DeleteTable", "glue:GetUserDefinedFunction", "glue:UpdateTable"]
        self.role.may([*reads, *writes], *named)

    def _configuration(self) -> flink.CfnApplication.ApplicationConfigurationProperty:
        part = flink.CfnApplication
        place = Stack.of(self).format_arn(service="glue", resource="database", resource_name=self.database.ref)
        return part.ApplicationConfigurationProperty(
            flink_application_configuration=part.FlinkApplicationConfigurationProperty(
                parallelism_configuration=part.ParallelismConfigurationProperty(
                    configuration_type="CUSTOM",
                    parallelism=self.PARALLELISM,
                    parallelism_per_kpu=1,
                    auto_scaling_enabled=False,
                )
            ),
            zeppelin_application_configuration=part.ZeppelinApplicationConfigurationProperty(
                catalog_configuration=part.CatalogConfigurationProperty(
                    glue_data_catalog_configuration=part.GlueDataCatalogConfigurationProperty(database_arn=place)
                ),
                monitoring_configuration=part.ZeppelinMonitoringConfigurationProperty(log_level="INFO"),
            ),
        )
