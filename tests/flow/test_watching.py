"""What the deployed functions tell about themselves."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.flow.conftest import App, wait_until


def log_lines(app: App, function: str) -> list[dict[str, Any]]:
    """Return the JSON lines of a function's own log group."""
    found = app.client("lambda").get_function_configuration(
        FunctionName=app.outputs[f"{function}Function"]
    )
    pages = app.client("logs").get_paginator("filter_log_events")
    events = pages.paginate(logGroupName=found["LoggingConfig"]["LogGroup"])
    messages = [event["message"] for page in events for event in page["events"]]
    return [json.loads(message) for message in messages if message.startswith("{")]


@pytest.mark.parametrize("function", ["MakeThumbnails", "IndexMetadata"])
def test_a_consumer_logs_bucket_key_and_version(app: App, function: str) -> None:
    key = f"watched/{function}.jpg"
    version = app.put(key)

    def told() -> list[dict[str, Any]]:
        return [line for line in log_lines(app, function) if line.get("key") == key]

    wait_until(lambda: bool(told()), lambda: f"{function} logged nothing of {key}")
    assert {(line["bucket"], line["version"]) for line in told()} == {(app.originals, version)}


@pytest.mark.parametrize(
    ("service", "metric"),
    [("make_thumbnails", "Ready"), ("index_metadata", "Ready"), ("report_changes", "Counted")],
)
def test_a_function_counts_what_it_did(app: App, service: str, metric: str) -> None:
    app.put(f"watched/{service}.jpg")
    cloudwatch = app.client("cloudwatch")

    def counted() -> float:
        now = datetime.now(UTC)
        points = cloudwatch.get_metric_statistics(
            Namespace="Darkroom/local",
            MetricName=metric,
            Dimensions=[{"Name": "service", "Value": service}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    wait_until(lambda: counted() > 0, lambda: f"{service} counted no {metric}")
