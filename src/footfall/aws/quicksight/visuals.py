"""One visual as QuickSight defines it: title, definition, and the wells its columns go into."""

from __future__ import annotations

from typing import Any

from footfall.aws.quicksight.data import asked, columns
from footfall.aws.quicksight.pages import Shown

LONGEST = 1_024
"""Characters of a subtitle."""
ITEMS = 20
"""Bars that are drawn, the largest first; all others are one more, so that nothing is cut off unseen."""
_NAMES = {"kpi": "KPI", "line": "LineChart", "bar": "BarChart", "heat": "HeatMap", "table": "Table", "rows": "Table"}

Part = dict[str, Any]


def visual(shown: Shown, name: str) -> Part:
    """The visual under its kind's key."""
    told = {
        "VisualId": name,
        "Title": {"Visibility": "VISIBLE", "FormatText": {"PlainText": shown.title}},
        "Subtitle": {"Visibility": "VISIBLE", "FormatText": {"PlainText": defined(shown)}},
        "ChartConfiguration": _configured(shown, name),
    }
    return {f"{_NAMES[shown.kind]}Visual": told}


def defined(shown: Shown) -> str:
    """The definition of a visual's figure: as many whole sentences as a subtitle holds."""
    text = asked()[shown.source.question].header["definition"]
    return text if len(text) <= LONGEST else text[: text.rindex(". ", 0, LONGEST) + 1]


def calculated(shown: Shown) -> list[Part]:
    """The fields of a visual that divide one sum by another."""
    return [
        {"DataSetIdentifier": shown.source.name, "Name": measure, "Expression": _divided(*measure.split(" / "))}
        for measure in shown.measures
        if " / " in measure
    ]


def _divided(above: str, below: str) -> str:
    return f"sum({{{above}}}) / sum({{{below}}})"


def _configured(shown: Shown, name: str) -> Part:
    measures = [_measure(shown, column, f"{name}-v{place}") for place, column in enumerate(shown.measures)]
    groups = [_dimension(shown, column, f"{name}-d{place}") for place, column in enumerate(shown.by)]
    wells = _wells(shown, name, measures, groups)
    if shown.kind == "bar":
        return {"FieldWells": wells, "Orientation": "HORIZONTAL", "SortConfiguration": _largest(f"{name}-v0")}
    return {"FieldWells": wells}


def _wells(shown: Shown, name: str, measures: list[Part], groups: list[Part]) -> Part:
    if shown.kind == "kpi":
        return {"Values": measures}
    if shown.kind == "heat":
        rows, across = groups
        return {"HeatMapAggregatedFieldWells": {"Rows": [rows], "Columns": [across], "Values": measures}}
    if shown.kind == "table":
        return {"TableAggregatedFieldWells": {"GroupBy": groups, "Values": measures}}
    if shown.kind == "rows":
        cells = [
            {"FieldId": f"{name}-v{place}", "Column": _column(shown, column)}
            for place, column in enumerate(shown.measures)
        ]
        return {"TableUnaggregatedFieldWells": {"Values": cells}}
    return {f"{_NAMES[shown.kind]}AggregatedFieldWells": {"Category": groups, "Values": measures}}


def _largest(field: str) -> Part:
    by_value = {"FieldSort": {"FieldId": field, "Direction": "DESC"}}
    return {"CategorySort": [by_value], "CategoryItemsLimit": {"ItemsLimit": ITEMS, "OtherCategories": "INCLUDE"}}


def _column(shown: Shown, column: str) -> Part:
    return {"DataSetIdentifier": shown.source.name, "ColumnName": column}


def _measure(shown: Shown, column: str, field: str) -> Part:
    told: Part = {"FieldId": field, "Column": _column(shown, column)}
    if " / " not in column:
        told["AggregationFunction"] = {"SimpleNumericalAggregation": "SUM"}
    return {"NumericalMeasureField": told}


def _dimension(shown: Shown, column: str, field: str) -> Part:
    told: Part = {"FieldId": field, "Column": _column(shown, column)}
    kind = columns()[shown.source.question][column]
    if kind == "DATETIME":
        return {"DateDimensionField": told | {"DateGranularity": "WEEK" if column in ("week", "cohort") else "DAY"}}
    return {"CategoricalDimensionField" if kind == "STRING" else "NumericalDimensionField": told}
