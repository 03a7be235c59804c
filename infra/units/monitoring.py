"""Monitoring: alarms on bounded metrics, one that says the product is ill, a band around the usual traffic."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from footfall.aws.meter import LAG, NAMESPACE, UNIT, UNSEEN
from infra.units.application import Application
from infra.units.batch import Daily
from infra.units.detection import Response
from infra.units.function import Worker
from infra.units.stream import Collector, Delivery, Letters, Streams

MINUTE = Duration.minutes(1)
FIVE = Duration.minutes(5)
HELD_UP_MS = 60_000
STALE_S = 1_800
LATE_MS = 30_000


@dataclass(frozen=True, slots=True)
class Watched:
    """A metric, and from where on it is an alarm."""

    name: str
    metric: cloudwatch.Metric
    above: float
    periods: int = 1


@dataclass(frozen=True, slots=True)
class Product:
    """All that is watched."""

    streams: Streams
    collector: Collector
    delivery: Delivery
    letters: Letters
    response: Response
    application: Application
    daily: Daily

    @property
    def workers(self) -> dict[str, Worker]:
        """The functions that nobody waits for, by name."""
        response = self.response
        workers = [response.respond, response.verdicts, response.notify, response.block]
        return {worker.node.id: worker for worker in workers}


def watched(product: Product) -> list[Watched]:
    """Every metric that may raise an alarm; each has a bound and none a dimension that grows with the store."""
    return [*_functions(product), *_streams(product), *_flink(product), *_batch(product)]


def _functions(product: Product) -> list[Watched]:
    collector = product.collector.worker.function
    found = [Watched("CollectorErrors", collector.metric_errors(period=FIVE, statistic="Sum"), 0, 3)]
    for name, worker in product.workers.items():
        left = worker.failed.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="Maximum")
        found.append(Watched(f"{name}Failed", left, 0))
    responder = {UNIT: "respond"}
    late = Watched("AlertsLate", _metric(NAMESPACE, LAG, responder), LATE_MS, 3)
    unseen = Watched("WindowsUnseen", _metric(NAMESPACE, UNSEEN, responder), 0)
    throttles = collector.metric_throttles(period=MINUTE, statistic="Sum")
    return [*found, late, unseen, Watched("CollectorFull", throttles, 0, 5)]


def _streams(product: Product) -> list[Watched]:
    streams = product.streams
    found = []
    for name, stream in {"Raw": streams.raw, "Signals": streams.signals}.items():  # of `clean` what is old is read too
        age = stream.metric_get_records_iterator_age_milliseconds(period=MINUTE, statistic="Maximum")
        found.append(Watched(f"{name}HeldUp", age, HELD_UP_MS, 5))
    for name, stream in {"Raw": streams.raw, "Clean": streams.clean, "Signals": streams.signals}.items():
        full = stream.metric_write_provisioned_throughput_exceeded(period=MINUTE, statistic="Sum")
        found.append(Watched(f"{name}Full", full, 0, 5))
    fresh = {"DeliveryStreamName": product.delivery.delivery.ref}
    stale = _metric("AWS/Firehose", "DeliveryToS3.DataFreshness", fresh)
    letters = _metric(
        "AWS/Firehose", "DeliveryToS3.DataFreshness", {"DeliveryStreamName": product.letters.delivery.ref}
    )
    return [*found, Watched("LakeStale", stale, STALE_S, 2), Watched("LettersStale", letters, STALE_S, 2)]


def _flink(product: Product) -> list[Watched]:
    application = {"Application": product.application.application.ref}
    down = _metric("AWS/KinesisAnalytics", "downtime", application)
    failed = _metric("AWS/KinesisAnalytics", "numberOfFailedCheckpoints", application)
    return [Watched("FlinkDown", down, 0, 3), Watched("CheckpointsFail", failed, 0, 3)]


def _batch(product: Product) -> list[Watched]:
    failed = product.daily.machine.metric_failed(period=FIVE, statistic="Sum")
    return [Watched("DailyFailed", failed, 0), Watched("DailyTimedOut", product.daily.machine.metric_timed_out(), 0)]


def _metric(namespace: str, name: str, dimensions: dict[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace, metric_name=name, dimensions_map=dimensions, period=MINUTE, statistic="Maximum"
    )


class Alarms(Construct):
    """An alarm a bound; each tells the operators' topic, which is not the shop's."""

    def __init__(self, scope: Construct, product: Product) -> None:
        super().__init__(scope, "Alarms")
        self.topic = sns.Topic(self, "Operators", enforce_ssl=True)
        self.topic.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
        self.alarms = [self._alarm(each) for each in watched(product)]

    def _alarm(self, each: Watched) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            each.name,
            metric=each.metric,
            threshold=each.above,
            evaluation_periods=each.periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        return alarm


class Outlook(Construct):
    """What is seen at a glance: the dashboard, whether the product is ill, whether traffic is unusual."""

    def __init__(self, scope: Construct, product: Product, alarms: Alarms) -> None:
        super().__init__(scope, "Outlook")
        self.ill = cloudwatch.CompositeAlarm(
            self, "Ill", alarm_rule=cloudwatch.AlarmRule.any_of(*alarms.alarms), alarm_description="Something is wrong"
        )
        self.ill.add_alarm_action(actions.SnsAction(alarms.topic))
        incoming = product.streams.raw.metric_incoming_records(period=FIVE, statistic="Sum")
        self.unusual = cloudwatch.AnomalyDetectionAlarm(
            self,
            "Unusual",
            metric=incoming,
            std_devs=4,
            evaluation_periods=3,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_LOWER_OR_GREATER_THAN_UPPER_THRESHOLD,
        )
        self.unusual.add_alarm_action(actions.SnsAction(alarms.topic))
        self.board = cloudwatch.Dashboard(self, "Board", default_interval=Duration.hours(24))
        self.board.add_widgets(cloudwatch.AlarmStatusWidget(alarms=alarms.alarms, width=24, height=4, title="Alarms"))
        graphs = [cloudwatch.GraphWidget(title="Events", left=[incoming], width=8)]
        graphs += [
            cloudwatch.GraphWidget(title=each.name, left=[each.metric], left_annotations=[_bound(each)], width=8)
            for each in watched(product)
        ]
        self.board.add_widgets(*graphs)


def _bound(each: Watched) -> cloudwatch.HorizontalAnnotation:
    return cloudwatch.HorizontalAnnotation(value=each.above, label="alarm above")
