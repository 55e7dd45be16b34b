"""Too many late pictures are heard of soon, and somebody on call finds out why."""

import json
import re
from typing import Any

import pytest

from stacks.constructs.saved_queries import SAVED
from tests.stacks.synthesis import Deployment, synthesize


def windows(stage: Deployment) -> dict[str, dict[str, Any]]:
    """Return the halves of burn alarms by logical id."""
    alarms = stage.all("AWS::CloudWatch::Alarm")
    return {each.id: each.properties for each in alarms if each.id.startswith("ServiceLevel")}


def composites(stage: Deployment) -> dict[str, dict[str, Any]]:
    found = stage.all("AWS::CloudWatch::CompositeAlarm")
    return {stage.named({"Ref": each.id}): each.properties for each in found}


def consumers(stage: Deployment) -> set[str]:
    """Return the folders of the functions that queues feed."""
    functions = stage.functions().items()
    return {
        name
        for name, each in functions
        if "SLO_READY_SECONDS" in each.properties["Environment"]["Variables"]
    }


def period(window: dict[str, Any]) -> int:
    [seconds] = {m["MetricStat"]["Period"] for m in window["Metrics"] if "MetricStat" in m}
    return int(seconds)


def test_each_consumer_has_a_long_and_a_short_window_of_either_rate(stage: Deployment) -> None:
    found: set[tuple[str, float, int]] = set()
    for window in windows(stage).values():
        [service] = {
            d["Value"]
            for m in window["Metrics"]
            if "MetricStat" in m
            for d in m["MetricStat"]["Metric"]["Dimensions"]
        }
        found.add((service, window["Threshold"], period(window)))
    pairs = {(14.4, 3600), (14.4, 300), (6, 21600), (6, 1800)}
    assert found == {(service, *pair) for service in consumers(stage) for pair in pairs}
    assert consumers(stage) == {"make_thumbnails", "index_metadata"}


@pytest.mark.exhaustive
def test_a_rate_is_the_share_of_late_uploads_over_the_allowance(production: Deployment) -> None:
    stage = synthesize(production.config, slo_target=99.0)
    for name, window in windows(stage).items():
        [burned] = [m["Expression"] for m in window["Metrics"] if "Expression" in m]
        fewest = 3 if "Long" in name else 1
        assert burned == f"IF(late >= {fewest}, late / uploads / 0.01, 0)"
        stats = {m["Id"]: m["MetricStat"] for m in window["Metrics"] if "MetricStat" in m}
        assert {i: m["Stat"] for i, m in stats.items()} == {"late": "Sum", "uploads": "SampleCount"}
        assert {m["Metric"]["MetricName"] for m in stats.values()} == {"Late"}


@pytest.mark.parametrize("burn", ["Fast", "Slow"])
def test_only_both_windows_together_tell_the_topic(stage: Deployment, burn: str) -> None:
    alarm = composites(stage)[f"ServiceLevel{burn}BurnAlarm"]
    assert [stage.named(action) for action in alarm["AlarmActions"]] == ["WatchAlarms"]
    pairs = stage.named(alarm["AlarmRule"]).split(" OR ")
    assert len(pairs) == len(consumers(stage))
    for pair in pairs:
        names = re.findall(r"ServiceLevel(\w+?)" + burn + "(Long|Short)", pair)
        assert " AND " in pair
        assert len({consumer for consumer, _ in names}) == 1
        assert {kind for _, kind in names} == {"Long", "Short"}


def test_windows_by_themselves_wake_nobody(stage: Deployment) -> None:
    assert not [each for each in windows(stage).values() if each.get("AlarmActions")]


def test_functions_know_what_late_means(stage: Deployment) -> None:
    for name in consumers(stage):
        variables = stage.functions()[name].properties["Environment"]["Variables"]
        assert variables["SLO_READY_SECONDS"] == str(stage.config.slo_ready_seconds)


def dashboard(stage: Deployment) -> list[dict[str, Any]]:
    [found] = stage.all("AWS::CloudWatch::Dashboard")
    widgets: list[dict[str, Any]] = json.loads(stage.named(found.properties["DashboardBody"]))[
        "widgets"
    ]
    return widgets


def test_the_dashboard_answers_the_questions_from_top_to_bottom(stage: Deployment) -> None:
    texts = [each for each in dashboard(stage) if each["type"] == "text" and each["width"] == 24]
    assert [each["properties"]["markdown"] for each in sorted(texts, key=lambda w: w["y"])] == [
        "## Is it flowing?",
        "## Is it late?",
        "## What fails, and why?",
        "## What does it cost, in the time shown?",
    ]


def test_the_dashboard_shows_percentiles_and_the_target(stage: Deployment) -> None:
    shown = {each["properties"].get("title"): each["properties"] for each in dashboard(stage)}
    waits = shown["Upload to facet, ms"]
    assert {line[-1]["stat"] for line in waits["metrics"]} == {"p50", "p95", "p99"}
    [limit] = waits["annotations"]["horizontal"]
    assert limit["value"] == stage.config.slo_ready_seconds * 1000
    [target] = shown["Uploads in time, %"]["annotations"]["horizontal"]
    assert target["value"] == stage.config.slo_target


def test_reasons_come_from_the_logs_of_every_function(stage: Deployment) -> None:
    queries = [each["properties"]["query"] for each in dashboard(stage) if each["type"] == "log"]
    assert len(queries) == 2
    for query in queries:
        assert query.count("SOURCE '") == len(stage.functions())


def test_the_estimate_names_every_function_and_both_tables(stage: Deployment) -> None:
    [money] = [
        e["properties"] for e in dashboard(stage) if "Dollars" in e["properties"].get("title", "")
    ]
    text = json.dumps(money["metrics"])
    assert text.count('"AWS/Lambda", "Duration"') == len(stage.functions())
    assert text.count('"ConsumedWriteCapacityUnits"') == 2
    assert money["setPeriodToTimeRange"] is True


def test_every_saved_question_is_asked_of_every_function(stage: Deployment) -> None:
    saved = stage.all("AWS::Logs::QueryDefinition")
    assert {each.properties["Name"] for each in saved} == {
        f"Darkroom/{stage.config.name}/{title}" for title in SAVED
    }
    for each in saved:
        assert len(each.properties["LogGroupNames"]) == len(stage.functions())
