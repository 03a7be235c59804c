"""Figures to CloudWatch, told in a function's log (embedded metric format); no dimension grows with the store."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "Footfall"
UNIT = "unit"
LAG = "AlertLag"
SIGNALS, ALERTS = "Signals", "Alerts"
UNITS: Mapping[str, MetricUnit] = {
    LAG: MetricUnit.Milliseconds,
    SIGNALS: MetricUnit.Count,
    ALERTS: MetricUnit.Count,
}
