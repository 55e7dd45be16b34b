"""How long the uploads of some days waited for their facets, as CloudWatch remembers it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from darkroom.observability import logger

METRIC = "UploadLatency"
PERCENTILES = ("p50", "p95", "p99")
DAY_SECONDS = 86_400
# It keeps no number longer.
KEPT = timedelta(days=455)
NO_UPLOADS = "CloudWatch has no uploads of these days"
# Somebody waits for the report, and can do without this.
PATIENCE = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 2})


@dataclass(frozen=True)
class Latency:
    """Milliseconds within which so many percent of the uploads had their slowest facet."""

    p50: int
    p95: int
    p99: int


@dataclass(frozen=True)
class Waited:
    """What CloudWatch knows of some days; ``missing`` says why that is nothing."""

    latency: Latency | None = None
    missing: str | None = None


def waited(first: date, last: date, consumers: Sequence[str]) -> Waited:
    """Ask for the days from *first* to *last*, in UTC, by one request of a few numbers.

    The percentiles are those of the slower consumer, for a picture is ready when both are done.
    """
    today = datetime.now(UTC).date()
    if first > today:
        return Waited(missing=NO_UPLOADS)
    if today - last > KEPT:
        return Waited(missing=f"CloudWatch keeps numbers for {KEPT.days} days only")
    try:
        answer = cloudwatch().get_metric_data(**_question(first, min(last, today), consumers))
    except (BotoCoreError, ClientError) as error:
        logger.warning("no latency", extra={"because": repr(error)})
        return Waited(missing=f"CloudWatch cannot be asked: {_why(error)}")
    return _read(answer["MetricDataResults"])


def _question(first: date, last: date, consumers: Sequence[str]) -> dict[str, Any]:
    begin = datetime.combine(first, time(), UTC)
    seconds = ((last - first).days + 1) * DAY_SECONDS
    return {
        "MetricDataQueries": list(_queries(consumers, seconds)),
        "StartTime": begin,
        "EndTime": begin + timedelta(seconds=seconds),
    }


def _queries(consumers: Sequence[str], seconds: int) -> Iterator[dict[str, Any]]:
    for number, consumer in enumerate(consumers):
        metric = {
            "Namespace": os.environ["POWERTOOLS_METRICS_NAMESPACE"],
            "MetricName": METRIC,
            "Dimensions": [{"Name": "service", "Value": consumer}],
        }
        for percentile in PERCENTILES:
            stat = {"Metric": metric, "Period": seconds, "Stat": percentile}
            yield {"Id": f"{percentile}_{number}", "MetricStat": stat}


def _read(results: Sequence[Mapping[str, Any]]) -> Waited:
    """Take the worst of each percentile.

    It is one number for each consumer. Should CloudWatch divide the days otherwise than we asked,
    the worst part is at least as slow as the whole: nothing is said to be faster than it was.
    """
    worst: dict[str, int] = {}
    for result in results:
        name = result["Id"].partition("_")[0]
        for value in result["Values"]:
            worst[name] = max(worst.get(name, 0), round(value))
    if worst.keys() != set(PERCENTILES):
        return Waited(missing=NO_UPLOADS)
    return Waited(Latency(**worst))


def _why(error: BotoCoreError | ClientError) -> str:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return code or type(error).__name__


@cache
def cloudwatch() -> Any:
    """Return the client, which gives up soon."""
    return boto3.client("cloudwatch", config=PATIENCE)
