"""A planted finding is refused, and what is accepted is really there to accept."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.stacks.synthesis import ROOT, Deployment  # isort: skip - sets aws_cdk up

from aws_cdk import App, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

import stacks.constructs.accepted
from stacks.config import production
from stacks.guardrails import add_guardrails
from stacks.stage import DarkroomStage

ACKNOWLEDGED = Validations.ACKNOWLEDGED_RULES_METADATA_KEY
Plant = Callable[[DarkroomStage], Any]


def app_in(out: Path) -> App:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    return App(outdir=str(out), context={**context, "aws:cdk:bundling-stacks": []})


def guarded(out: Path, plant: Plant = lambda stage: None) -> Path:
    """Synthesize production under its guardrails, with something planted in it."""
    app = app_in(out)
    add_guardrails(app)
    plant(
        DarkroomStage(
            app, "Production", config=replace(production(), alarm_email="oncall@example.com")
        )
    )
    app.synth()
    return out


def violations(out: Path) -> set[tuple[str, str]]:
    """Return (rule, construct) of what the synth refused."""
    report = json.loads((out / "validation-report.json").read_text())
    return {
        (violation["ruleName"], place["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        if violation["severity"] in ("error", "warning")  # either stops the synth
        for place in violation["violatingConstructs"]
    }


def a_bare_bucket(stage: DarkroomStage) -> None:
    s3.Bucket(stage.storage, "Bare")


def every_table(stage: DarkroomStage) -> None:
    stage.processing.node.find_child("ReportChanges").function.role.add_to_policy(  # type: ignore[attr-defined]
        iam.PolicyStatement(actions=["dynamodb:*"], resources=["arn:aws:dynamodb:::table/*"])
    )


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("plant", "rules"),
    [
        (a_bare_bucket, {"AwsSolutions-S1", "AwsSolutions-S10"}),
        (
            every_table,
            {
                "AwsSolutions-IAM5[Action::dynamodb:*]",
                "AwsSolutions-IAM5[Resource::arn:aws:dynamodb:::table/*]",
            },
        ),
    ],
)
def test_a_synth_with_a_finding_of_cdk_nag_is_refused(
    plant: Plant, rules: set[str], tmp_path: Path
) -> None:
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        guarded(tmp_path, plant)
    assert {rule for rule, _ in violations(tmp_path)} == rules


def test_nothing_is_accepted_for_a_whole_stack_or_stage(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    stage = DarkroomStage(app, "Production", config=production())
    for construct in (app, stage, stage.storage, stage.processing):
        assert not [each for each in construct.node.metadata if each.type == ACKNOWLEDGED]


@pytest.fixture(scope="module")
def unaccepted(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """What cdk-nag finds in production when nothing is accepted."""
    out = tmp_path_factory.mktemp("unaccepted")
    patch = pytest.MonkeyPatch()

    class Deaf:
        def acknowledge(self, *_: object) -> None: ...

    class Nobody:
        @staticmethod
        def of(_: object) -> Deaf:
            return Deaf()

    patch.setattr(stacks.constructs.accepted, "Validations", Nobody)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        guarded(out)
    patch.undo()
    return violations(out)


def accepted_by_cdk_nag(out: Path) -> set[tuple[str, str]]:
    """Return (rule, construct) of all that production accepts."""
    found: set[tuple[str, str]] = set()
    original = stacks.constructs.accepted.accept

    def recorded(construct: IConstruct, *findings: str, because: str) -> None:
        assert len(because) > 20, f"{construct.node.path}: {because!r} convinces nobody"
        found.update((each, construct.node.path) for each in findings if "-" in each)
        original(construct, *findings, because=because)

    patch = pytest.MonkeyPatch()
    for name, module in [*sys.modules.items()]:
        if name.startswith("stacks.") and hasattr(module, "accept"):
            patch.setattr(module, "accept", recorded)
    guarded(out)
    patch.undo()
    return found


@pytest.mark.exhaustive
def test_what_is_accepted_is_found(unaccepted: set[tuple[str, str]], tmp_path: Path) -> None:
    for rule, place in accepted_by_cdk_nag(tmp_path):
        covered = [path for found, path in unaccepted if found == rule and path.startswith(place)]
        assert covered, f"{place} accepts {rule}, which nobody finds there: take it away"


def test_an_event_source_that_leaves_the_alias_is_seen(production: Deployment) -> None:
    from tests.stacks.test_functions import test_every_event_source_invokes_the_live_alias as rule

    rule(production)
    templates = json.loads(json.dumps(production.templates))
    [*mappings] = [
        each
        for each in templates["Processing"]["Resources"].values()
        if each["Type"] == "AWS::Lambda::EventSourceMapping"
    ]
    mappings[0]["Properties"]["FunctionName"] = {"Ref": "MakeThumbnailsFunction"}
    with pytest.raises((AssertionError, KeyError)):
        rule(Deployment(production.config, templates))
