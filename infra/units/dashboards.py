"""The dashboard on QuickSight, for whoever the parameter ``Reader`` names; without a reader there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Aws, CfnCondition, CfnResource, Fn, Stack
from aws_cdk import aws_athena as athena
from constructs import Construct

from footfall.aws.quicksight.definition import Board
from infra.units.access import Role
from infra.units.lake import Lake
from infra.units.parameters import parameter
from infra.units.questions import Asking


class Dashboards(Construct):
    """Data source, data sets, what reads them anew, analysis and dashboard; and the role that asks Athena."""

    def __init__(self, scope: Construct, group: athena.CfnWorkGroup, asking: Asking, lake: Lake) -> None:
        super().__init__(scope, "Dashboards")
        reader = parameter(
            self,
            "Reader",
            "",
            "ARN of the QuickSight user or group that reads the dashboard; none: there is no dashboard",
        )
        said = Fn.condition_not(Fn.condition_equals(reader.value_as_string, ""))
        self._read = CfnCondition(self, "Read", expression=said)
        self.role = self._role(asking)
        arn = Stack.of(self).format_arn(service="quicksight", resource="")
        self._board = Board(
            Stack.of(self).stack_name,
            Aws.ACCOUNT_ID,
            str(arn).removesuffix(":").removesuffix("/"),
            str(group.name),
            lake.database.ref,
            self.role.role_arn,
            (reader.value_as_string,),
        )
        self._build()

    def _role(self, asking: Asking) -> Role:
        role = Role(self, "Role", "quicksight.amazonaws.com")
        for actions, resources in asking.rights.items():
            role.may([*actions], *resources)
        return role

    def _build(self) -> None:
        board = self._board
        source = self._made("DataSource", "Source", board.data_source())
        source.node.add_dependency(self.role)
        sets = []
        for told, refresh in zip(board.data_sets(), board.refreshes(), strict=True):
            name = told["DataSetId"].removeprefix(f"{board.name}-").title().replace("_", "")
            sets.append(self._made("DataSet", name, told, source))
            self._made("RefreshSchedule", f"{name}Daily", refresh, sets[-1])
        self._made("Analysis", "Analysis", board.analysis(), *sets)
        self._made("Dashboard", "Dashboard", board.dashboard(), *sets)

    def _made(self, kind: str, name: str, told: Mapping[str, Any], *after: CfnResource) -> CfnResource:
        made = CfnResource(self, name, type=f"AWS::QuickSight::{kind}", properties=told)
        made.cfn_options.condition = self._read
        for each in after:
            made.add_resource_dependency(each)
        return made
