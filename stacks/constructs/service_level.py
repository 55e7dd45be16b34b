"""How fast uploads shall be ready, and alarms when the allowance for late ones burns too fast.

Multi-window burn rates as in Google's SRE Workbook, chapter 5: a rate of 1 uses the month's
allowance up in a month. Both windows of a pair must burn: the long one so that one late picture
wakes nobody, the short one so that the alarm ends soon after its cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.config import StageConfig
from stacks.constructs.alarms import alarm
from stacks.constructs.consumer import Consumer

# With fewer late uploads in its long window, no rate is called fast: one in a quiet night is none.
FEWEST_LATE = 3


@dataclass(frozen=True)
class Burn:
    """A pair of windows, and the rate at which they are too fast."""

    name: str
    rate: float
    long: Duration
    short: Duration
    uses: str


BURNS = (
    Burn("Fast", 14.4, Duration.hours(1), Duration.minutes(5), "2 % of a month's in an hour"),
    Burn("Slow", 6, Duration.hours(6), Duration.minutes(30), "5 % of a month's in six hours"),
)


def latency(consumer: Consumer, statistic: str) -> cloudwatch.Metric:
    """Milliseconds from the end of an upload to its facet."""
    return _metric(consumer, "UploadLatency", statistic)


def late(consumer: Consumer, statistic: str) -> cloudwatch.Metric:
    """0 or 1 for each upload: SampleCount are all of them, Sum are those that were late."""
    return _metric(consumer, "Late", statistic)


def in_time(consumer: Consumer) -> cloudwatch.MathExpression:
    name = f"late_{consumer.function.folder}"  # two metrics of a graph must not share one
    return cloudwatch.MathExpression(
        expression=f"100 * (1 - {name})",
        using_metrics={name: late(consumer, "Average")},
        label=f"{consumer.function.folder}, % in time",
    )


class Window(cloudwatch.Alarm):
    """One window of a burn rate: it tells nobody by itself."""


class ServiceLevel(Construct):
    def __init__(
        self, scope: Construct, id_: str, *, config: StageConfig, consumers: Sequence[Consumer]
    ) -> None:
        """Raise an alarm when the uploads of any consumer burn the allowance too fast."""
        super().__init__(scope, id_)
        self.allowance = (100 - config.slo_target) / 100
        for burn in BURNS:
            pairs = [self._pair(burn, consumer) for consumer in consumers]
            told = cloudwatch.CompositeAlarm(
                self,
                f"{burn.name}BurnAlarm",
                alarm_rule=cloudwatch.AlarmRule.any_of(*pairs),
                alarm_description=(
                    f"Too many uploads wait longer than {config.slo_ready_seconds} s: the "
                    f"allowance of {100 - config.slo_target:g} % is used {burn.rate:g} times too "
                    f"fast, {burn.uses}."
                ),
            )
            # CDK gives it a name of its own making, which CloudFormation does better.
            cast(cloudwatch.CfnCompositeAlarm, told.node.default_child).alarm_name = None

    def _pair(self, burn: Burn, consumer: Consumer) -> cloudwatch.IAlarmRule:
        name = f"{consumer.node.id}{burn.name}"
        windows = [
            self._window(f"{name}{kind}", burn.rate, length, fewest, consumer)
            for kind, length, fewest in (("Long", burn.long, FEWEST_LATE), ("Short", burn.short, 1))
        ]
        return cloudwatch.AlarmRule.all_of(*windows)

    def _window(
        self, id_: str, rate: float, length: Duration, fewest: int, consumer: Consumer
    ) -> cloudwatch.Alarm:
        burned = cloudwatch.MathExpression(
            expression=f"IF(late >= {fewest}, late / uploads / {self.allowance:g}, 0)",
            using_metrics={
                "late": late(consumer, "Sum"),
                "uploads": late(consumer, "SampleCount"),
            },
            period=length,
            label="burn rate",
        )
        because = (
            f"{consumer.function.folder}: late uploads over {length.to_minutes()} minutes, as a "
            "multiple of the allowance. Half of a burn alarm."
        )
        return alarm(self, id_, burned, at_least=rate, because=because, kind=Window)


def _metric(consumer: Consumer, name: str, statistic: str) -> cloudwatch.Metric:
    label = f"{consumer.function.folder}, {statistic}"
    return consumer.function.metric(name, statistic, label)
