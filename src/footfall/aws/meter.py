"""Figures to CloudWatch, told in a function's log (embedded metric format); no dimension grows with the store."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE = "Footfall"
UNIT = "unit"
LAG, FINDINGS, LETTERS = "AlertLag", "Findings", "DeadLetters"
UNSEEN = "WindowsUnseen"
"""Windows judged without their events, which the stream no longer holds, or which are too many."""
LATE = "EventsLate"
"""Events that came too late to be watched live."""
UNITS = {
    LAG: MetricUnit.Milliseconds,
    FINDINGS: MetricUnit.Count,
    LETTERS: MetricUnit.Count,
    UNSEEN: MetricUnit.Count,
    LATE: MetricUnit.Count,
}


def tell(unit: str, figures: Mapping[str, float]) -> None:
    """Says how much of something there was in one run of a unit.

    Args:
        unit: the function's name, the one dimension.
        figures: by their names in ``UNITS``.
    """
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    metrics.add_dimension(name=UNIT, value=unit)
    for name, value in figures.items():
        metrics.add_metric(name=name, unit=UNITS[name], value=value)
    if figures:
        metrics.flush_metrics()
