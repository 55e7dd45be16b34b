"""What runs away is stopped: every consumer is watched, and every mapping can be switched off."""

import re
from typing import Any

import pytest

from stacks.constructs.breaker import RUNAWAY
from tests.stacks.mappings import mapped
from tests.stacks.synthesis import Deployment, as_list, statements, synthesize, without_hash


def broken_on(stage: Deployment) -> dict[str, dict[str, Any]]:
    """Return the alarms that pull the plug."""
    return {
        without_hash(each.id): each.properties
        for each in stage.all("AWS::CloudWatch::Alarm")
        if "BreakRunawayFunctionLive" in str(each.properties.get("AlarmActions"))
    }


def test_every_fed_function_is_watched_for_its_volume(stage: Deployment) -> None:
    volumes = [each for name, each in broken_on(stage).items() if name.endswith("Volume")]
    watched = {
        (each["MetricName"], stage.named(each["Dimensions"][0]["Value"]).removesuffix(".QueueName"))
        for each in volumes
    }
    # A run of a consumer is one message, perhaps of a backlog.
    uploads = {source for source in mapped(stage) if source.endswith("Queue")}
    streams = {f"{name}Function" for name in ("ReportChanges", "AnnounceChanges")}
    assert watched == {
        *(("NumberOfMessagesSent", queue) for queue in uploads),
        *(("Invocations", function) for function in streams),
    }
    sources = [each.properties for each in stage.all("AWS::Lambda::EventSourceMapping")]
    assert len(sources) == 2 * len(uploads) + len(streams)  # with the queues of repairs
    for each in volumes:
        assert each["Statistic"] == "Sum"
        assert each["Threshold"] == stage.config.runaway_per_hour * each["Period"] / 3600


def test_it_says_how_to_go_on(stage: Deployment) -> None:
    for each in broken_on(stage).values():
        assert "python3 -m operations resume" in each["AlarmDescription"]
        assert "WatchAlarms" in {stage.named(action) for action in each["AlarmActions"]}


def test_consumers_are_compared_with_what_they_were_told(stage: Deployment) -> None:
    ratios = [each for name, each in broken_on(stage).items() if name.endswith("Ratio")]
    assert len(ratios) == 2


@pytest.mark.exhaustive
def test_the_comparison_can_be_left_out(production: Deployment) -> None:
    without = broken_on(synthesize(production.config, runaway_ratio=None))
    assert {name[-6:] for name in without} == {"Volume"}


@pytest.mark.parametrize(
    ("what", "ran", "announced", "waiting", "runaway"),
    [
        ("a quiet hour", 3, 3, 0, 0),
        ("few, but all of them five times", 5_000, 1_000, 0, 0),
        ("a backlog after the uploads have ended", 50_000, 0, 200_000, 0),
        ("many, each of them five times", 100_000, 20_000, 0, 0),
        ("a loop", 100_000, 10, 3, 1),
        ("a loop of which nobody tells", 100_000, 0, 0, 1),
    ],
)
def test_a_backlog_and_retries_are_no_runaway(
    what: str, ran: int, announced: int, waiting: int, runaway: int
) -> None:
    text = re.sub(r"FILL\((\w+), 0\)", r"\1", RUNAWAY.format(20)).replace("AND", "and")
    names = {"ran": ran, "announced": announced, "waiting": waiting, "repaired": 0, "repairs": 0}
    found = eval(text, {"IF": lambda yes, a, b: a if yes else b}, names)  # noqa: S307
    assert found == runaway, what


def test_cloudwatch_may_run_the_breaker_for_these_alarms_only(stage: Deployment) -> None:
    alarms = broken_on(stage).keys()
    permissions = [
        each.properties
        for each in stage.all("AWS::Lambda::Permission")
        if each.properties["Principal"] != "apigateway.amazonaws.com"
    ]
    for each in permissions:
        assert each["Principal"] == "lambda.alarms.cloudwatch.amazonaws.com"
        assert each["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert {stage.named(each["SourceArn"]) for each in permissions} == alarms


def test_the_breaker_can_switch_off_every_mapping_and_nothing_else(stage: Deployment) -> None:
    mappings = {each.id for each in stage.all("AWS::Lambda::EventSourceMapping")}
    [policy] = [p for p in stage.all("AWS::IAM::Policy") if p.id.startswith("BreakRunaway")]
    allowed = [s for s in statements(policy) if "lambda:" in str(s["Action"])]
    named = {name for s in allowed for each in as_list(s["Resource"]) for name in refs(each)}
    assert named - {"AWS::Partition", "AWS::Region", "AWS::AccountId"} == mappings
    assert {action for s in allowed for action in s["Action"]} == {
        "lambda:GetEventSourceMapping",
        "lambda:UpdateEventSourceMapping",
    }
    variables = stage.functions()["break_runaway"].properties["Environment"]["Variables"]
    assert refs(variables["MAPPINGS"]) == mappings
    assert variables["MAPPINGS"] == stage.outputs("Processing")["EventSourceMappings"]


def refs(value: Any) -> set[str]:
    return set(re.findall(r"'Ref': '([\w:]+)'", str(value)))


def test_that_it_was_pulled_is_heard_of(stage: Deployment) -> None:
    [alarm] = [
        each.properties
        for each in stage.all("AWS::CloudWatch::Alarm")
        if each.properties.get("MetricName") == "MappingsDisabled"
    ]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "break_runaway"}]
