"""One id joins all that is logged of an upload, and how long it waited is measured once."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from stacks.constructs.saved_queries import ONE_UPLOAD
from tests.flow.conftest import App, wait_until
from tests.flow.test_watching import log_lines

FUNCTIONS = ("MakeThumbnails", "IndexMetadata", "ReportChanges")


def lines_about(app: App, version: str) -> list[dict[str, Any]]:
    """Return all lines with the version in them, by a filter of our own."""
    lines = [line for function in FUNCTIONS for line in log_lines(app, function)]
    return [line for line in lines if version in (line.get("version"), line.get("announced"))]


def test_one_id_leads_from_the_upload_to_the_report(app: App) -> None:
    version = app.put("joined/one.jpg")
    other = app.put("joined/other.jpg")
    wait_until(
        lambda: (
            {line["service"] for line in lines_about(app, version)}
            == {"make_thumbnails", "index_metadata", "report_changes"}
        ),
        lambda: f"{[line['service'] for line in lines_about(app, version)]}",
    )
    lines = lines_about(app, version)
    assert {line["key"] for line in lines} == {"joined/one.jpg"}
    assert not [line for line in lines if other in json.dumps(line)]
    assert all(re.match("1-[0-9a-f]{8}-", line["xray_trace_id"]) for line in lines)


def test_the_saved_question_asks_for_what_is_logged(app: App) -> None:
    """The local cloud's Insights reads no JSON: its fields are compared with the lines instead."""
    version = app.put("joined/asked.jpg", b"no pixels")
    wait_until(lambda: len(lines_about(app, version)) >= 5, lambda: "not logged")
    logged = {name for line in lines_about(app, version) for name in line}
    asked = set(ONE_UPLOAD[0].removeprefix("fields ").split(", "))
    assert asked - logged == {"@timestamp", "exception_name"}  # there was no exception
    assert set(re.findall(r"(\w+) = ", ONE_UPLOAD[1])) <= logged


def waits(app: App, service: str) -> tuple[float, float, float]:
    """Return how many waits were measured, the longest in ms, and how many were late."""
    now = datetime.now(UTC)

    def points(metric: str) -> list[dict[str, Any]]:
        found = app.client("cloudwatch").get_metric_statistics(
            Namespace="Darkroom/local",
            MetricName=metric,
            Dimensions=[{"Name": "service", "Value": service}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=["SampleCount", "Maximum", "Sum"],
        )
        return list(found["Datapoints"])

    measured = points("UploadLatency")
    return (
        sum(point["SampleCount"] for point in measured),
        max((point["Maximum"] for point in measured), default=0.0),
        sum(point["Sum"] for point in points("Late")),
    )


def test_an_upload_is_measured_once_by_each_consumer_and_a_repeat_is_not(app: App) -> None:
    app.wait_until_quiet()
    before = {name: waits(app, name)[0] for name in ("make_thumbnails", "index_metadata")}
    app.wait_for_version("measured.jpg", app.put("measured.jpg"))
    for name, count in before.items():
        wait_until(
            lambda n=name, c=count: waits(app, n)[0] == c + 1,  # type: ignore[misc]
            lambda n=name, c=count: f"{n}: {waits(app, n)}, {c} before",  # type: ignore[misc]
        )
        _, longest, _ = waits(app, name)
        assert 0 < longest < 60_000

    rev = app.facet("measured.jpg", "METADATA")["rev"]
    said = {"Records": [{"eventName": "ObjectCreated:Put", "eventTime": "2026-01-01T00:00:00Z"}]}
    said["Records"][0]["s3"] = {"object": {"key": "measured.jpg"}}  # type: ignore[assignment]
    app.client("sqs").send_message(
        QueueUrl=app.outputs["IndexMetadataQueue"], MessageBody=json.dumps(said)
    )
    wait_until(lambda: app.facet("measured.jpg", "METADATA")["rev"] != rev, lambda: "not handled")
    app.wait_until_quiet()
    assert waits(app, "index_metadata")[0] == before["index_metadata"] + 1
