"""The web dashboard, the product's own, behind an address of its own, where ``Screen`` says so."""

from __future__ import annotations

from aws_cdk import CfnCondition, CfnOutput, CfnParameter, CfnResource, Fn
from aws_cdk import aws_athena as athena
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from footfall.aws.environment import Told
from infra.units.detection import KEEPS, Record
from infra.units.function import Libraries, Worker
from infra.units.lake import Lake
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
        self.worker = Worker(
            self,
            "dashboard",
            libraries,
            {
                Told.INCIDENTS: record.table.table_name,
                Told.LAKE: lake.bucket.bucket_name,
                Told.CATALOG: lake.database.ref,
                Told.WORKGROUP: str(group.name),
                "FOOTFALL_STORE__TIMEZONE": _said(self, "Zone", "UTC", "The store's time zone, by its IANA name"),
                "FOOTFALL_STORE__CURRENCY": _said(
                    self, "Currency", "USD", "The store's currency, by its ISO 4217 code"
                ),
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
        asked = CfnParameter(
            self, "Asked", default="false", allowed_values=["true", "false"], description="Whether there is a dashboard"
        )
        asked.override_logical_id("Screen")
        wanted = CfnCondition(self, "Wanted", expression=Fn.condition_equals(asked.value_as_string, "true"))
        for each in self.node.find_all():
            if isinstance(each, CfnResource):
                each.cfn_options.condition = wanted
        told.condition = wanted


def _said(scope: Construct, name: str, default: str, description: str) -> str:
    parameter = CfnParameter(scope, name, default=default, description=description)
    parameter.override_logical_id(name)
    return str(parameter.value_as_string)
