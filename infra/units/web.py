"""The web dashboard, the product's own, behind an address of its own, where ``Screen`` says so."""

from __future__ import annotations

from aws_cdk import CfnCondition, CfnOutput, CfnResource, Fn
from aws_cdk import aws_athena as athena
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from footfall.aws.environment import Told
from infra.units.detection import KEEPS, Record
from infra.units.function import Libraries, Worker
from infra.units.lake import Lake
from infra.units.parameters import parameter, zone
from infra.units.questions import Rights

MEMORY_MB = 1_024
AT_ONCE = 10
"""Requests that are answered at the same time."""


class Web(Construct):
    """The dashboard; who reads it has an account in the table, so the address itself is open."""

    def __init__(
        self,
        scope: Construct,
        libraries: Libraries,
        record: Record,
        lake: Lake,
        group: athena.CfnWorkGroup,
        asks: Rights,
    ) -> None:
        super().__init__(scope, "Web")
        currency = parameter(self, "Currency", "USD", "The store's currency, by its ISO 4217 code")
        self.worker = Worker(
            self,
            "dashboard",
            libraries,
            {
                Told.INCIDENTS: record.table.table_name,
                Told.LAKE: lake.bucket.bucket_name,
                Told.CATALOG: lake.database.ref,
                Told.WORKGROUP: str(group.name),
                "FOOTFALL_STORE__TIMEZONE": zone(self),
                "FOOTFALL_STORE__CURRENCY": currency.value_as_string,
            },
            memory_mb=MEMORY_MB,
            concurrency=AT_ONCE,
        )
        for actions, resources in asks.items():
            self.worker.role.may([*actions], *resources)
        self.worker.role.may(["s3:GetObject"], lake.objects("dead_letters"))
        self.worker.role.may(KEEPS, *record.places)
        url = self.worker.function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.NONE)
        told = CfnOutput(self, "Address", value=url.url, description="Where people log in")
        self._where_asked(told)

    def _where_asked(self, told: CfnOutput) -> None:
        asked = parameter(self, "Screen", "false", "Whether there is a dashboard", allowed_values=["true", "false"])
        wanted = CfnCondition(self, "Wanted", expression=Fn.condition_equals(asked.value_as_string, "true"))
        for each in self.node.find_all():
            if isinstance(each, CfnResource):
                each.cfn_options.condition = wanted
        told.condition = wanted
