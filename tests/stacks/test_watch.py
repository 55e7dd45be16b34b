"""Whatever goes wrong, somebody hears of it."""

import json
import re
from typing import Any

import pytest

from tests.stacks.synthesis import Deployment, synthesize, without_hash


def alarms(stage: Deployment) -> list[dict[str, Any]]:
    return [alarm.properties for alarm in stage.all("AWS::CloudWatch::Alarm")]


def watched(stage: Deployment, metric: str, dimension: str) -> set[str]:
    """Return what is watched by an alarm on this metric."""
    return {
        stage.named(each["Value"]).removesuffix(".QueueName")
        for alarm in alarms(stage)
        if alarm.get("MetricName") == metric
        for each in alarm["Dimensions"]
        if each["Name"] == dimension
    }


def test_every_alarm_tells_the_alarm_topic_why(stage: Deployment) -> None:
    for alarm in alarms(stage):
        if "Half of a burn alarm" in alarm["AlarmDescription"]:
            continue  # the whole tells: see test_service_level.py
        assert "WatchAlarms" in [stage.named(action) for action in alarm["AlarmActions"]]
        assert alarm["AlarmDescription"]
        assert alarm["TreatMissingData"] == "notBreaching"


def test_cloudwatch_may_publish_alarms_of_this_account_only(stage: Deployment) -> None:
    [policy] = [p for p in stage.all("AWS::SNS::TopicPolicy") if p.stack == "Processing"]
    document = policy.properties["PolicyDocument"]["Statement"]
    [allowed] = [statement for statement in document if statement["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert "aws:SourceAccount" in allowed["Condition"]["StringEquals"]
    assert ":alarm:*" in stage.named(allowed["Condition"]["ArnLike"]["aws:SourceArn"])


def test_no_stage_reads_or_writes_what_another_counts(stage: Deployment) -> None:
    # As a value of its own, be it in a template or in the text of a dashboard.
    names = re.findall(r'(?<=")(Darkroom[^"\\]*)\\*"', json.dumps(stage.templates["Processing"]))
    assert {name for name in names if " " not in name} == {f"Darkroom/{stage.config.name}"}


def test_every_dead_letter_queue_is_watched(stage: Deployment) -> None:
    dead = {
        without_hash(each.id)
        for each in stage.all("AWS::SQS::Queue")
        if "RedrivePolicy" not in each.properties
    }
    assert dead
    assert watched(stage, "ApproximateNumberOfMessagesVisible", "QueueName") == dead


def test_every_queue_is_watched_for_its_oldest_message(stage: Deployment) -> None:
    fed = {
        without_hash(each.id)
        for each in stage.all("AWS::SQS::Queue")
        if "RedrivePolicy" in each.properties
    }
    assert fed
    assert watched(stage, "ApproximateAgeOfOldestMessage", "QueueName") == fed


def test_drift_that_repairs_do_not_heal_and_sweeps_that_do_not_end_are_heard_of(
    stage: Deployment,
) -> None:
    for metric in ("DriftPersisting", "SweepAgeMinutes"):
        [alarm] = [each for each in alarms(stage) if each.get("MetricName") == metric]
        assert alarm["Namespace"] == f"Darkroom/{stage.config.name}"
        assert alarm["Dimensions"] == [{"Name": "service", "Value": "reconcile"}]
    assert alarm["Threshold"] == 2 * stage.config.sweep_hours * 60


def test_a_schedule_that_stops_is_heard_of(stage: Deployment) -> None:
    silent = [
        each
        for each in alarms(stage)
        if "has not run" in each["AlarmDescription"] and "reconcile" in each["AlarmDescription"]
    ]
    assert len(silent) == (1 if stage.config.sweep_scheduled else 0)
    for alarm in silent:
        [number, invocations] = alarm["Metrics"]
        assert number["Expression"] == "IF(FILL(invocations, 0) > 0, 0, 1)"
        assert invocations["MetricStat"]["Metric"]["MetricName"] == "Invocations"


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_is_watched(stage: Deployment, metric: str) -> None:
    functions = {without_hash(each.id) for each in stage.functions().values()}
    assert watched(stage, metric, "FunctionName") == functions


def test_every_stream_is_watched_for_age_and_for_what_it_gave_up(stage: Deployment) -> None:
    mappings = [
        each
        for each in stage.all("AWS::Lambda::EventSourceMapping")
        if "StartingPosition" in each.properties
    ]
    streams = {without_hash(each.id) for each in mappings}
    assert len(watched(stage, "IteratorAge", "FunctionName")) == len(streams)
    for metric in ("OnFailureDestinationDeliveredEventCount", "DroppedEventCount"):
        assert watched(stage, metric, "EventSourceMappingUUID") == streams
    for each in mappings:  # without this there are no such metrics
        assert each.properties["MetricsConfig"] == {"Metrics": ["EventCount"]}


@pytest.mark.exhaustive
def test_alarms_reach_the_configured_mailbox(production: Deployment) -> None:
    stage = synthesize(production.config, alarm_email="oncall@example.com")
    [mail] = [
        each.properties
        for each in stage.all("AWS::SNS::Subscription")
        if each.properties["Protocol"] == "email"
    ]
    assert mail["Endpoint"] == "oncall@example.com"
    assert stage.named(mail["TopicArn"]) == "WatchAlarms"


def test_the_dashboard_shows_the_flow_from_left_to_right(stage: Deployment) -> None:
    [dashboard] = stage.all("AWS::CloudWatch::Dashboard")
    body = json.loads(stage.named(dashboard.properties["DashboardBody"]))
    titles = [each for each in body["widgets"] if each["type"] == "text" and each["width"] < 24]
    assert [each["properties"]["markdown"] for each in sorted(titles, key=lambda w: w["x"])] == [
        "## Uploads →",
        "## Queues →",
        "## Functions →",
        "## Catalog stream →",
        "## Report",
    ]
    assert all(each["x"] + each["width"] <= 24 for each in body["widgets"])
    shown = {each["properties"].get("title") for each in body["widgets"]}
    for folder in stage.functions():
        assert f"{folder}: function" in shown
