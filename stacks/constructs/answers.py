"""What the dashboard answers to somebody on call: is it late, what fails and why, what it costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_sns as sns

from stacks import prices
from stacks.config import StageConfig
from stacks.constructs.consumer import Consumer
from stacks.constructs.panels import MINUTE
from stacks.constructs.python_function import PythonFunction
from stacks.constructs.saved_queries import FAILURES, REFUSALS
from stacks.constructs.service_level import in_time, late, latency

Row = Sequence[cloudwatch.ConcreteWidget]


@dataclass(frozen=True)
class Watched:
    """All that there is to look at."""

    config: StageConfig
    uploads: sns.Topic
    consumers: Sequence[Consumer]
    functions: Sequence[PythonFunction]
    tables: Sequence[dynamodb.TableV2]


def answers(of: Watched) -> Iterator[Row]:
    """Yield the dashboard's rows, titles included."""
    yield [title("Is it late?")]
    yield lateness(of)
    yield [title("What fails, and why?")]
    yield failures(of)
    yield [title("What does it cost, in the time shown?")]
    yield costs(of)


def title(text: str) -> cloudwatch.TextWidget:
    return cloudwatch.TextWidget(
        markdown=f"## {text}",
        width=24,
        height=1,
        background=cloudwatch.TextWidgetBackground.TRANSPARENT,
    )


def lateness(of: Watched) -> Row:
    within, target = of.config.slo_ready_seconds * 1000, of.config.slo_target
    waits = [latency(each, percent) for each in of.consumers for percent in ("p50", "p95", "p99")]
    waiting = [each.queue.metric_approximate_age_of_oldest_message() for each in of.consumers]
    oldest = [
        metric.with_(label=f"{each.function.folder}, s")
        for each, metric in zip(of.consumers, waiting, strict=True)
    ]
    return [
        graph("Upload to facet, ms", waits, limit=within, says="service level"),
        graph("Uploads in time, %", [*map(in_time, of.consumers)], limit=target, says="target"),
        graph("Oldest message, s", oldest),
    ]


def failures(of: Watched) -> Row:
    """Reasons come from the logs: as metrics, each would cost $0.30 a month and function."""
    errors = [each.function.metric_errors(label=each.folder) for each in of.functions]
    groups = [each.logs.log_group_name for each in of.functions]
    late_ones = [late(each, "Sum") for each in of.consumers]
    return [
        graph("Errors by function, and late uploads", errors, late_ones),
        table("Refused, by reason", REFUSALS, groups),
        table("Failed, by function", FAILURES, groups),
    ]


def costs(of: Watched) -> Row:
    """Dollars by list price, of what CloudWatch counts without extra cost."""
    terms: list[tuple[str, list[Term]]] = [
        ("Lambda", [term for each in of.functions for term in lambda_terms(each)]),
        ("DynamoDB", [term for each in of.tables for term in table_terms(each)]),
        ("SQS and SNS", [*topic_terms(of.uploads), *queue_terms(of.consumers)]),
        ("S3 requests, as uploads make them", [*s3_terms(of)]),
        ("Logs", [term for each in of.functions for term in log_terms(each)]),
    ]
    return [
        cloudwatch.SingleValueWidget(
            title="Dollars, estimated by list prices of " + prices.AS_OF,
            metrics=[dollars(label, parts) for label, parts in terms],
            width=24,
            height=4,
            full_precision=False,
            set_period_to_time_range=True,
        )
    ]


Term = tuple[cloudwatch.IMetric, float]


def dollars(label: str, terms: Sequence[Term]) -> cloudwatch.MathExpression:
    # Two metrics of a widget must not share a name, whichever expression they are of.
    named = {f"{label[:2].lower()}{n}": term for n, term in enumerate(terms)}
    parts = [f"FILL({name}, 0) * {price:.12f}" for name, (_, price) in named.items()]
    metrics = {name: metric for name, (metric, _) in named.items()}
    return cloudwatch.MathExpression(
        expression=" + ".join(parts), using_metrics=metrics, label=label, period=MINUTE
    )


def lambda_terms(each: PythonFunction) -> Iterator[Term]:
    gb_second = prices.LAMBDA_GB_SECOND[each.architecture]
    yield each.function.metric_invocations(), prices.LAMBDA_REQUEST
    yield each.function.metric_duration(statistic="Sum"), gb_second * each.memory_mb / 1024 / 1000


def table_terms(table: dynamodb.TableV2) -> Iterator[Term]:
    yield table.metric_consumed_write_capacity_units(), prices.DYNAMODB_WRITE_UNIT
    yield table.metric_consumed_read_capacity_units(), prices.DYNAMODB_READ_UNIT


def topic_terms(topic: sns.Topic) -> Iterator[Term]:
    yield topic.metric_number_of_messages_published(), prices.SNS_PUBLISH


def queue_terms(consumers: Sequence[Consumer]) -> Iterator[Term]:
    """Requests carry up to ten messages: received and deleted, they are counted as if alone."""
    for queue in (queue for each in consumers for queue in (each.queue, each.repairs)):
        for metric in (
            queue.metric_number_of_messages_sent(),
            queue.metric_number_of_messages_received(),
            queue.metric_number_of_messages_deleted(),
            queue.metric_number_of_empty_receives(),
        ):
            yield metric, prices.SQS_REQUEST


def s3_terms(of: Watched) -> Iterator[Term]:
    """S3's own request metrics cost extra; each announcement stands for an upload."""
    writes = 1 + len(of.config.variants) + 1
    price = writes * prices.S3_WRITE + len(of.consumers) * prices.S3_READ
    yield of.uploads.metric_number_of_messages_published(), price


def log_terms(each: PythonFunction) -> Iterator[Term]:
    metric = cloudwatch.Metric(
        namespace="AWS/Logs",
        metric_name="IncomingBytes",
        dimensions_map={"LogGroupName": each.logs.log_group_name},
        statistic="Sum",
    )
    yield metric, prices.LOGS_GB / 1e9


def graph(
    title: str,
    left: Sequence[cloudwatch.IMetric],
    right: Sequence[cloudwatch.IMetric] = (),
    *,
    limit: float | None = None,
    says: str = "",
) -> cloudwatch.GraphWidget:
    annotation = [] if limit is None else [cloudwatch.HorizontalAnnotation(value=limit, label=says)]
    return cloudwatch.GraphWidget(
        title=title,
        left=list(left),
        right=list(right),
        left_annotations=annotation,
        width=8,
        height=6,
        period=MINUTE,
    )


def table(title: str, query: Sequence[str], groups: Sequence[str]) -> cloudwatch.LogQueryWidget:
    return cloudwatch.LogQueryWidget(
        title=title, log_group_names=list(groups), query_lines=list(query), width=8, height=6
    )
