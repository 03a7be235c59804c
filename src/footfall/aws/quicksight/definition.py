"""Data source, data sets, analysis and dashboard as QuickSight's Create calls and CloudFormation take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from footfall.aws.quicksight.data import asked, athena, columns, sources
from footfall.aws.quicksight.pages import PAGES, Page, Source
from footfall.aws.quicksight.visuals import calculated, visual

Resource = dict[str, Any]

GRID = 36
"""Columns of a sheet."""
SMALL, LARGE = (9, 6), (18, 12)
"""Columns and rows of a number, and of anything else."""
REFRESHED = "05:00"
"""When the data are read anew each day, UTC: after the daily job."""
_READS = ("DescribeDashboard", "ListDashboardVersions", "QueryDashboard")
_OWNS = (
    *("RestoreAnalysis", "UpdateAnalysisPermissions", "DeleteAnalysis", "DescribeAnalysisPermissions"),
    *("QueryAnalysis", "DescribeAnalysis", "UpdateAnalysis"),
)


@dataclass(frozen=True, slots=True)
class Board:
    """Where a dashboard lives.

    Attributes:
        name: prefix of every id.
        account: that pays for it.
        arn: prefix of every ARN, as ``arn:aws:quicksight:eu-central-1:123456789012``.
        workgroup: of Athena, whose bounds hold here as well.
        database: of the Glue catalog, with the marts.
        role: ARN of the role that asks Athena; empty for QuickSight's own.
        readers: ARNs of QuickSight users or groups that may read; they own the analysis too.
    """

    name: str
    account: str
    arn: str
    workgroup: str
    database: str
    role: str = ""
    readers: tuple[str, ...] = ()

    def data_source(self) -> Resource:
        """Athena, in the workgroup of the questions."""
        athena_is = {"WorkGroup": self.workgroup} | ({"RoleArn": self.role} if self.role else {})
        named = {"AwsAccountId": self.account, "DataSourceId": f"{self.name}-athena", "Name": f"{self.name} on Athena"}
        return {**named, "Type": "ATHENA", "DataSourceParameters": {"AthenaParameters": athena_is}}

    def data_sets(self) -> list[Resource]:
        """One a question, or part of it that adds up; kept in memory, so that readers cost no query."""
        return [self._data_set(source) for source in sources()]

    def _data_set(self, source: Source) -> Resource:
        typed = [{"Name": name, "Type": kind} for name, kind in columns()[source.question].items()]
        asks = {
            "DataSourceArn": f"{self.arn}:datasource/{self.name}-athena",
            "Name": source.name,
            "SqlQuery": athena(source, self.database),
            "Columns": typed,
        }
        return {
            "AwsAccountId": self.account,
            "DataSetId": f"{self.name}-{source.name}",
            "Name": asked()[source.question].header["title"],
            "ImportMode": "SPICE",
            "PhysicalTableMap": {source.name.replace("_", "-"): {"CustomSql": asks}},
        }

    def refreshes(self) -> list[Resource]:
        """What reads each data set anew, once a day."""
        daily = {"Interval": "DAILY", "TimeOfTheDay": REFRESHED, "TimeZone": "UTC"}
        return [
            {
                "AwsAccountId": self.account,
                "DataSetId": f"{self.name}-{source.name}",
                "Schedule": {"ScheduleId": "daily", "RefreshType": "FULL_REFRESH", "ScheduleFrequency": daily},
            }
            for source in sources()
        ]

    def definition(self) -> Resource:
        """The sheets, and the data sets they read."""
        declared = [
            {"Identifier": source.name, "DataSetArn": f"{self.arn}:dataset/{self.name}-{source.name}"}
            for source in sources()
        ]
        fields = [field for page in PAGES for shown in page.shown for field in calculated(shown)]
        distinct = {(field["DataSetIdentifier"], field["Name"]): field for field in fields}
        return {
            "DataSetIdentifierDeclarations": declared,
            "CalculatedFields": list(distinct.values()),
            "Sheets": [_sheet(page) for page in PAGES],
        }

    def analysis(self) -> Resource:
        """What people change the pages in."""
        named = {"AwsAccountId": self.account, "AnalysisId": self.name, "Name": "Footfall"}
        return {**named, "Definition": self.definition(), **self._permissions(_OWNS)}

    def dashboard(self) -> Resource:
        """What people read."""
        named = {"AwsAccountId": self.account, "DashboardId": self.name, "Name": "Footfall"}
        return {**named, "Definition": self.definition(), **self._permissions(_READS)}

    def _permissions(self, actions: tuple[str, ...]) -> Resource:
        allowed = [f"quicksight:{action}" for action in actions]
        granted = [{"Principal": reader, "Actions": allowed} for reader in self.readers]
        return {"Permissions": granted} if granted else {}


def _sheet(page: Page) -> Resource:
    visuals = [visual(shown, f"{page.name}-{place}") for place, shown in enumerate(page.shown)]
    words = {"SheetTextBoxId": f"{page.name}-definitions", "Content": _definitions(page)}
    return {
        "SheetId": page.name,
        "Name": page.title,
        "ContentType": "INTERACTIVE",
        "Visuals": visuals,
        "TextBoxes": [words],
        "Layouts": [{"Configuration": {"GridLayout": {"Elements": _placed(page)}}}],
    }


def _placed(page: Page) -> list[Resource]:
    """Numbers four a row, everything else two a row, the definitions at the foot."""
    elements, column, row, tallest = [], 0, 0, 0
    for place, shown in enumerate(page.shown):
        wide, tall = SMALL if shown.kind == "kpi" else LARGE
        if column + wide > GRID or (column and tall != tallest):
            column, row = 0, row + tallest
        elements.append(_element(f"{page.name}-{place}", "VISUAL", (column, row), (wide, tall)))
        column, tallest = column + wide, tall
    foot = (0, row + tallest)
    return [*elements, _element(f"{page.name}-definitions", "TEXT_BOX", foot, (GRID, LARGE[1]))]


def _element(name: str, kind: str, at: tuple[int, int], size: tuple[int, int]) -> Resource:
    place = {"ColumnIndex": at[0], "RowIndex": at[1], "ColumnSpan": size[0], "RowSpan": size[1]}
    return {"ElementId": name, "ElementType": kind, **place}


def _definitions(page: Page) -> str:
    """What every figure of a page means, whole, in the text box's own mark-up."""
    told = [asked()[name].header for name in dict.fromkeys(shown.source.question for shown in page.shown)]
    lines = [f"<b>{_escaped(header['title'])}</b>: {_escaped(header['definition'])}" for header in told]
    return f"<text-box>{'<br/><br/>'.join(lines)}</text-box>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
