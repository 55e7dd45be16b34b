"""Latency is what CloudWatch says, and never a reason why a report fails or hangs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from darkroom import latency
from darkroom.latency import Latency, waited

CONSUMERS = ("index_metadata", "make_thumbnails")
LAST = datetime.now(UTC).date()
FIRST = LAST - timedelta(days=29)


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Answer in place of CloudWatch."""
    client = boto3.client("cloudwatch", config=latency.PATIENCE)
    monkeypatch.setattr(latency, "cloudwatch", lambda: client)
    with Stubber(client) as stub:
        yield stub


def results(**values: list[float]) -> dict[str, Any]:
    """Return what CloudWatch answers."""
    return {"MetricDataResults": [{"Id": name, "Values": each} for name, each in values.items()]}


def test_the_slower_consumer_s_percentiles_are_told(cloudwatch: Stubber) -> None:
    answer = results(
        p50_0=[700.4], p95_0=[900.0], p99_0=[4000.0], p50_1=[800.6], p95_1=[2500.0], p99_1=[3000.0]
    )
    cloudwatch.add_response("get_metric_data", answer)
    assert waited(FIRST, LAST, CONSUMERS).latency == Latency(801, 2500, 4000)


def test_one_request_asks_for_three_numbers_of_each_consumer(cloudwatch: Stubber) -> None:
    asked = {
        "MetricDataQueries": ANY,
        "StartTime": datetime.combine(FIRST, datetime.min.time(), UTC),
        "EndTime": datetime.combine(LAST + timedelta(days=1), datetime.min.time(), UTC),
    }
    cloudwatch.add_response("get_metric_data", results(), asked)
    waited(FIRST, LAST, CONSUMERS)
    cloudwatch.assert_no_pending_responses()
    queries = latency._question(FIRST, LAST, CONSUMERS)["MetricDataQueries"]
    told = [
        (q["MetricStat"]["Metric"]["Dimensions"][0]["Value"], q["MetricStat"]["Stat"])
        for q in queries
    ]
    assert told == [(c, p) for c in CONSUMERS for p in ("p50", "p95", "p99")]
    assert {q["MetricStat"]["Period"] for q in queries} == {30 * 86_400}


def test_parts_of_the_days_count_as_their_worst(cloudwatch: Stubber) -> None:
    cloudwatch.add_response("get_metric_data", results(p50_0=[1, 5], p95_0=[7, 6], p99_0=[8]))
    assert waited(FIRST, LAST, CONSUMERS[:1]).latency == Latency(5, 7, 8)


@pytest.mark.parametrize("answer", [results(), results(p50_0=[], p95_0=[], p99_0=[])])
def test_days_without_uploads_have_none(cloudwatch: Stubber, answer: dict[str, Any]) -> None:
    cloudwatch.add_response("get_metric_data", answer)
    told = waited(FIRST, LAST, CONSUMERS)
    assert (told.latency, told.missing) == (None, "CloudWatch has no uploads of these days")


def test_who_may_not_ask_says_so(cloudwatch: Stubber) -> None:
    cloudwatch.add_client_error("get_metric_data", "AccessDenied")
    assert waited(FIRST, LAST, CONSUMERS).missing == "CloudWatch cannot be asked: AccessDenied"


def test_a_cloudwatch_that_cannot_be_reached_is_given_up_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = boto3.client(
        "cloudwatch", config=latency.PATIENCE, endpoint_url="http://127.0.0.1:1", region_name="x-y"
    )
    monkeypatch.setattr(latency, "cloudwatch", lambda: client)
    missing = waited(FIRST, LAST, CONSUMERS).missing
    assert missing == "CloudWatch cannot be asked: EndpointConnectionError"
    patience = client.meta.config
    tries = patience.retries["total_max_attempts"]
    assert tries * (patience.connect_timeout + patience.read_timeout) <= 12


def test_what_is_forgotten_is_not_asked_for(cloudwatch: Stubber) -> None:
    told = waited(date(2020, 1, 1), date(2020, 1, 2), CONSUMERS)
    assert told.missing == "CloudWatch keeps numbers for 455 days only"


def test_the_first_and_the_last_of_days_are_days(cloudwatch: Stubber) -> None:
    assert waited(date.min, date.min, CONSUMERS).latency is None
    assert waited(date.max, date.max, CONSUMERS).latency is None
