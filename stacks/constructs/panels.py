"""What the dashboard shows of each station that an upload passes."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_sns as sns

from stacks.constructs.consumer import Consumer
from stacks.constructs.python_function import PythonFunction
from stacks.constructs.scheduled_function import ScheduledFunction
from stacks.constructs.stream_consumer import StreamConsumer
from stacks.constructs.sweep_alarms import KINDS

MINUTE = Duration.minutes(1)


@dataclass(frozen=True)
class Column:
    """One station: its title, its graphs from top to bottom, its share of the 24 units."""

    title: str
    graphs: Sequence[cloudwatch.GraphWidget]
    width: int

    def widget(self) -> cloudwatch.Column:
        title = cloudwatch.TextWidget(
            markdown=f"## {self.title}",
            width=self.width,
            height=1,
            background=cloudwatch.TextWidgetBackground.TRANSPARENT,
        )
        return cloudwatch.Column(title, *self.graphs)


def columns(
    *,
    uploads: sns.Topic,
    consumers: Sequence[Consumer],
    streams: Sequence[StreamConsumer],
    report: dynamodb.TableV2,
    sweeps: Sequence[ScheduledFunction],
    guards: Sequence[PythonFunction],
) -> list[Column]:
    """Everything from left to right, as pictures take it."""
    functions = [consumer.function for consumer in consumers]
    behind = [stream.function for stream in streams] + [sweep.function for sweep in sweeps]
    behind += guards
    drifts = [drift(sweep) for sweep in sweeps if sweep.function.folder == "reconcile"]
    return [
        Column("Uploads →", [topic(uploads)], 4),
        Column("Queues →", [queue(consumer) for consumer in consumers], 5),
        Column("Functions →", [function(each) for each in functions], 5),
        Column("Catalog stream →", [stream_age(stream) for stream in streams], 5),
        Column("Report", [*map(function, behind), *drifts, table("Report", report)], 5),
    ]


def graph(
    title: str,
    left: Sequence[cloudwatch.IMetric],
    right: Sequence[cloudwatch.IMetric] = (),
    *,
    width: int = 5,
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title, left=list(left), right=list(right), width=width, height=6, period=MINUTE
    )


def topic(uploads: sns.Topic) -> cloudwatch.GraphWidget:
    return graph(
        "Uploads topic",
        [
            uploads.metric_number_of_messages_published(label="announced"),
            uploads.metric_number_of_notifications_delivered(label="delivered"),
            uploads.metric_number_of_notifications_failed(label="failed"),
        ],
        width=4,
    )


def queue(consumer: Consumer) -> cloudwatch.GraphWidget:
    waiting = consumer.queue.metric_approximate_number_of_messages_visible
    dead = consumer.dead_letters.metric_approximate_number_of_messages_visible
    oldest = consumer.queue.metric_approximate_age_of_oldest_message
    return graph(
        f"{consumer.function.folder}: queue",
        [waiting(label="waiting", statistic="Maximum"), dead(label="dead", statistic="Maximum")],
        [oldest(label="oldest, s")],
    )


def function(each: PythonFunction) -> cloudwatch.GraphWidget:
    fn = each.function
    return graph(
        f"{each.folder}: function",
        [
            fn.metric_invocations(label="invocations"),
            fn.metric_errors(label="errors"),
            fn.metric_throttles(label="throttles"),
            fn.metric("ConcurrentExecutions", statistic="Maximum", label="at once"),
        ],
        [fn.metric_duration(statistic="p95", label="p95, ms")],
    )


def stream_age(stream: StreamConsumer) -> cloudwatch.GraphWidget:
    return graph(
        f"{stream.function.folder}: stream",
        [stream.given_up()],
        [stream.iterator_age()],
    )


def drift(sweep: ScheduledFunction) -> cloudwatch.GraphWidget:
    found = [sweep.function.metric(f"Drift{kind}") for kind in KINDS]
    age = sweep.function.metric("SweepAgeMinutes", statistic="Maximum")
    return graph("What sweeps found", found, [age])


def table(title: str, of: dynamodb.TableV2) -> cloudwatch.GraphWidget:
    written = of.metric_consumed_write_capacity_units(label="write units")
    return graph(f"{title} table", [written])
