"""Other systems listen to a bus: one speaker, two readers of the stream, and a rule that works."""

import json
import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.announcements import check
from tests.stacks.permissions import permissions
from tests.stacks.synthesis import ROOT, Deployment, Resource, synthesize

DOCS = (ROOT / "docs" / "events.md").read_text()


class Template(yaml.SafeLoader):  # type: ignore[misc]
    """Reads CloudFormation's short forms as the functions that they stand for."""


for short in ("Ref", "GetAtt"):

    def _function(loader: yaml.SafeLoader, node: Any, name: str = short) -> dict[str, str]:
        return {name: loader.construct_scalar(node)}

    Template.add_constructor(f"!{short}", _function)


def mapping(stage: Deployment) -> Resource:
    [found] = [
        each
        for each in stage.all("AWS::Lambda::EventSourceMapping")
        if each.id.startswith("AnnounceChanges")
    ]
    return found


def test_a_stream_has_two_readers_at_most(stage: Deployment) -> None:
    streams = [
        stage.named(each.properties["EventSourceArn"])
        for each in stage.all("AWS::Lambda::EventSourceMapping")
        if "StartingPosition" in each.properties
    ]
    assert streams
    assert all(streams.count(stream) <= 2 for stream in streams)


def test_it_hears_of_every_facet_and_loses_none(stage: Deployment) -> None:
    properties = mapping(stage).properties
    assert "FilterCriteria" not in properties
    assert properties["BisectBatchOnFunctionError"] is True
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties["StartingPosition"] == "TRIM_HORIZON"
    kept = properties["DestinationConfig"]["OnFailure"]["Destination"]
    assert stage.named(kept) == "AnnounceChangesFailures"


def test_the_bus_has_one_speaker(stage: Deployment) -> None:
    [bus] = stage.all("AWS::Events::EventBus")
    speakers = {
        role
        for role, places in permissions(stage).items()
        for actions in places.values()
        if "events:PutEvents" in actions
    }
    assert speakers == {"announce_changes"}
    assert permissions(stage)["announce_changes"]["EventsBus"] == ["events:PutEvents"]
    assert not stage.all("AWS::Events::EventBusPolicy")
    assert stage.outputs("Processing")["EventBus"] == {"Ref": bus.id}


def test_it_writes_no_table(stage: Deployment) -> None:
    actions = permissions(stage)["announce_changes"]["Catalog"]
    assert actions == ["dynamodb:Query"]


def test_the_example_rule_is_of_what_is_said() -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)
    resources = yaml.load(text, Template)["Resources"]  # noqa: S506 - a SafeLoader
    pattern = resources["Rule"]["Properties"]["EventPattern"]
    assert pattern["source"] == ["darkroom"]
    schemas = {path.name.removesuffix(".schema.json") for path in (ROOT / "docs/events").iterdir()}
    assert set(pattern["detail-type"]) == schemas
    assert resources["Rule"]["Properties"]["Targets"][0]["DeadLetterConfig"]


def test_the_example_detail_is_as_its_schema_says() -> None:
    [text] = re.findall(r"```json\n(.*?)```", DOCS, re.DOTALL)
    check("image.ready", json.loads(text))


def test_the_clock_says_that_it_is_the_clock(production: Deployment) -> None:
    [schedule] = [
        each
        for each in production.all("AWS::Scheduler::Schedule")
        if each.id.startswith("PublishReport")
    ]
    assert json.loads(schedule.properties["Target"]["Input"]) == {"tick": True}
    assert schedule.properties["ScheduleExpression"] == "rate(1 hour)"


@pytest.mark.exhaustive
def test_messages_go_to_a_configured_mailbox_only(production: Deployment) -> None:
    def topic(stage: Deployment) -> Any:
        variables = stage.functions()["publish_report"].properties["Environment"]["Variables"]
        return stage.named(variables.get("MESSAGES_TOPIC"))

    assert topic(production) == "null"
    assert "WatchAlarms" not in permissions(production)["publish_report"]
    told = synthesize(production.config, alarm_email="oncall@example.com")
    assert topic(told) == "WatchAlarms"
    assert permissions(told)["publish_report"]["WatchAlarms"] == ["sns:Publish"]


def test_the_report_writes_no_table(stage: Deployment) -> None:
    may = permissions(stage)["publish_report"]
    for table in ("Catalog", "Report"):
        for action in may[table]:
            assert action.split(":")[1] in ("BatchGetItem", "GetItem", "Query", "Scan")
    assert set(may["Reports/*"]) == {"s3:GetObject", "s3:PutObject"}
