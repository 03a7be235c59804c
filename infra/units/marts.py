"""Marts: tables that each daily run counts into a folder of its own and then points there; and the questions."""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_glue as glue
from aws_cdk import aws_stepfunctions as steps
from constructs import Construct

from footfall.aws import questions
from infra.units.lake import Lake, Table, stored

PREFIX = "marts"
RUN = "$states.context.Execution.Name"
"""The name of the run, in JSONata."""
_LATER = {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 60, "MaxAttempts": 2, "BackoffRate": 2}

State = dict[str, Any]


class Marts(Construct):
    """A table a mart, and the states of the daily run that show them and ask the questions."""

    def __init__(self, scope: Construct, lake: Lake, group: str) -> None:
        super().__init__(scope, "Marts")
        self._lake, self._group = lake, group
        self.tables = [self._table(name) for name in questions.columns()]

    def _table(self, name: str) -> Table:
        """Empty until the first run has counted it."""
        glue.CfnTable(
            self,
            name.title().replace("_", ""),
            catalog_id=Stack.of(self).account,
            database_name=self._lake.database.ref,
            table_input=glue.CfnTable.TableInputProperty(
                name=name,
                table_type="EXTERNAL_TABLE",
                parameters={"classification": "parquet", "EXTERNAL": "TRUE"},
                storage_descriptor=stored(questions.columns()[name], f"{self._folder(name)}none/"),
            ),
        )
        return Table(self._lake.database.ref, name, f"{PREFIX}/{name}")

    def _folder(self, name: str) -> str:
        return f"s3://{self._lake.bucket.bucket_name}/{PREFIX}/{name}/"

    def states(self) -> list[steps.CustomState]:
        """What follows the job: each table points to what the run counted, whole; then every question, one by one."""
        seen = [
            _chain({f"{name} is seen": self._query(_with_run(f"ALTER TABLE `{name}` SET LOCATION '{folder}", "/'"))})
            for name, folder in ((table.name, self._folder(table.name)) for table in self.tables)
        ]
        asked = [_chain({each.name: self._query(each.sql) for each in questions.questions()})]
        named = {"Seen": _parallel(seen), "Questions": _parallel(asked)}
        return [steps.CustomState(self, name, state_json=state) for name, state in named.items()]

    def _query(self, sql: str) -> State:
        return {
            "Type": "Task",
            "QueryLanguage": "JSONata",
            "Resource": f"arn:{Stack.of(self).partition}:states:::athena:startQueryExecution.sync",
            "Arguments": {
                "QueryString": sql,
                "WorkGroup": self._group,
                "QueryExecutionContext": {"Database": self._lake.database.ref},
            },
            "Retry": [_LATER],
        }


def _with_run(before: str, after: str) -> str:
    """A text with the run's name in it, as JSONata puts it together."""
    return f"{{% {json.dumps(before)} & {RUN} & {json.dumps(after)} %}}"


def _parallel(branches: list[State]) -> State:
    """All branches at once; nothing of them goes on."""
    return {"Type": "Parallel", "QueryLanguage": "JSONata", "Branches": branches, "Output": {}}


def _chain(states: dict[str, State]) -> State:
    names = [*states]
    linked = [(name, after) for name, after in zip(names, [*names[1:], None], strict=True)]
    nexts = {name: {"Next": after} if after else {"End": True} for name, after in linked}
    return {"StartAt": names[0], "States": {name: {**state, **nexts[name]} for name, state in states.items()}}
