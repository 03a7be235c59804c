"""What a month costs: every price counts, larger stores cost more, and a small one stays far below its like."""

from __future__ import annotations

import pytest

from footfall import rules
from footfall.aws import prices
from footfall.aws.sizes import SIZES
from tests.infra.stacks import resources


def total(name: str) -> float:
    """USD a month."""
    return sum(line.dollars for line in prices.estimate(SIZES[name]))


@pytest.mark.parametrize("price", prices.PRICES)
def test_every_price_counts(price: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = total("large")
    monkeypatch.setattr(prices, "PRICES", {**prices.PRICES, price: 2 * prices.PRICES[price]})
    assert total("large") > before


def test_the_dearest_comes_first_and_larger_stores_cost_more() -> None:
    for size in SIZES.values():
        dollars = [line.dollars for line in prices.estimate(size)]
        assert dollars == sorted(dollars, reverse=True)
    assert total("small") < total("medium") < total("large")


def test_a_store_of_the_published_rate_costs_a_ninth_of_the_published_price() -> None:
    assert SIZES["small"].events == 10
    assert 9 * total("small") < prices.COMPARED


def test_the_small_store_by_hand() -> None:
    found = {line.service: round(line.dollars, 2) for line in prices.estimate(SIZES["small"])}
    assert found["Managed Flink"] == round(2 * 730 * 0.11 + 50 * 0.10, 2)
    assert found["Kinesis"] == round(3 * 730 * 0.015 + 2 * 26.28 * 0.014, 2)


def test_alarms_and_dashboards_are_those_of_the_templates() -> None:
    small = [each for each in resources("AWS::CloudWatch::Alarm") if each.size == "small"]
    looked_at = [3 if "ThresholdMetricId" in alarm.properties else 1 for alarm in small]
    assert sum(looked_at) == prices.ALARMS
    for kind in ("AWS::CloudWatch::CompositeAlarm", "AWS::CloudWatch::Dashboard", "AWS::KMS::Key"):
        assert len([each for each in resources(kind) if each.size == "small"]) == 1


def test_functions_are_called_as_often_as_is_counted() -> None:
    sources = sorted(resources("AWS::Lambda::EventSourceMapping"), key=lambda each: each.name)
    for size in SIZES.values():
        gathered = [each.properties["MaximumBatchingWindowInSeconds"] for each in sources if each.size == size.name]
        assert gathered == [size.wait_s, 1]
    assert min(feed.size for feed in rules.feeds().values()) == 1_000 * prices.PANE_S


def test_the_job_is_the_flexible_one_that_is_counted() -> None:
    jobs = {job.size: job.properties for job in resources("AWS::Glue::Job")}
    assert {job["ExecutionClass"] for job in jobs.values()} == {"FLEX"}
    assert {name: job["NumberOfWorkers"] for name, job in jobs.items()} == {
        size.name: size.glue_workers for size in SIZES.values()
    }
