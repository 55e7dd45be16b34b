"""In production a new version proves itself first, gets traffic slowly, and loses it when worse."""

import graphlib
import re
from typing import Any

import pytest

from darkroom.probe import PREFIX
from stacks.config import DEPLOYMENTS, local, production, sandbox
from stacks.constructs.probing import PROBES
from stacks.constructs.rollout_alarms import LOSING, SLOWER, WORSE
from tests.stacks.synthesis import Deployment, Resource, as_list, statements, synthesize

# These list the versions of anybody's originals; consumers do so for what SSE-C keeps from them.
READERS = "Reconcile|QueryCatalog|MakeThumbnails|IndexMetadata"
# CodeDeploy runs the hooks, an alarm the breaker: no traffic that could be shifted.
REPLACED_AT_ONCE = {"check_before_traffic", "check_after_traffic", "break_runaway"}


def updates(stage: Deployment) -> dict[str, dict[str, Any]]:
    """Return how each alias is moved by CodeDeploy, by the function's folder."""
    folders = {each.id: folder for folder, each in stage.functions().items()}
    return {
        folders[alias.properties["FunctionName"]["Ref"]]: alias.body["UpdatePolicy"][
            "CodeDeployLambdaAliasUpdate"
        ]
        for alias in stage.all("AWS::Lambda::Alias")
        if "UpdatePolicy" in alias.body
    }


def groups(stage: Deployment) -> dict[str, Resource]:
    return {each.id: each for each in stage.all("AWS::CodeDeploy::DeploymentGroup")}


def test_every_function_with_traffic_is_deployed_by_codedeploy_with_both_hooks(
    production: Deployment,
) -> None:
    found = updates(production)
    assert found.keys() == production.functions().keys() - REPLACED_AT_ONCE
    assert {each["DeploymentGroupName"]["Ref"] for each in found.values()} == groups(
        production
    ).keys()
    for each in found.values():
        assert production.named(each["BeforeAllowTrafficHook"]) == "CheckBeforeTrafficFunction"
        assert production.named(each["AfterAllowTrafficHook"]) == "CheckAfterTrafficFunction"


def test_no_alias_is_moved_by_codedeploy_where_nothing_is_to_lose(
    local: Deployment, sandbox: Deployment
) -> None:
    for stage in (local, sandbox):
        assert updates(stage) == {}
        assert not [each for each in stage if "CodeDeploy" in each.type]


def test_the_stages_are_deployed_as_they_say() -> None:
    stages = (local(), sandbox(), production())
    assert [each.deployment for each in stages] == [None, None, "Canary10Percent5Minutes"]


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_each_kind_of_deployment_is_codedeploys_own(production: Deployment, name: str) -> None:
    stage = production
    if name != production.config.deployment:
        stage = synthesize(production.config, deployment=name)
    for group in groups(stage).values():
        assert group.properties["DeploymentConfigName"] == f"CodeDeployDefault.Lambda{name}"


def test_whatever_goes_wrong_rolls_back(production: Deployment) -> None:
    rings = {each.id: each for each in production.all("AWS::CloudWatch::Alarm")}
    for group in groups(production).values():
        assert set(group.properties["AutoRollbackConfiguration"]["Events"]) == {
            "DEPLOYMENT_FAILURE",
            "DEPLOYMENT_STOP_ON_ALARM",
            "DEPLOYMENT_STOP_ON_REQUEST",
        }
        watched = group.properties["AlarmConfiguration"]
        assert watched["Enabled"] is True
        assert not watched.get("IgnorePollAlarmFailure")
        assert watched["Alarms"]
        for each in watched["Alarms"]:
            alarm = rings[each["Name"]["Ref"]]
            # Of the new version alone, or one that rings already would stop what mends it.
            assert is_about_the_new_version(alarm), alarm


def is_about_the_new_version(alarm: Resource) -> bool:
    metrics = [each["MetricStat"] for each in alarm.properties["Metrics"] if "MetricStat" in each]
    names = {dimension["Name"] for each in metrics for dimension in each["Metric"]["Dimensions"]}
    return bool(names & {"ExecutedVersion", "version"})


def test_consumers_are_watched_for_failing_slowness_and_loss(production: Deployment) -> None:
    for group in groups(production).values():
        names = {each["Name"]["Ref"] for each in group.properties["AlarmConfiguration"]["Alarms"]}
        kinds = {kind for kind in ("Worse", "Slower", "Losing") if kind in str(names)}
        assert "Worse" in kinds
        if "MakeThumbnails" in group.id or "IndexMetadata" in group.id:
            assert kinds == {"Worse", "Slower", "Losing"}


def verdict(expression: str, **numbers: float) -> int:
    """Reckon a metric expression; each number is a metric's sum in the window."""
    text = re.sub(r"FILL\((\w+), 0\)", r"\1", expression).replace("AND", "and")
    return int(eval(text, {"IF": lambda yes, a, b: a if yes else b}, numbers))  # noqa: S307


@pytest.mark.parametrize(
    ("what", "errors", "failed", "ran", "all_errors", "all_failed", "all_ran", "worse"),
    [
        ("all is well", 0, 0, 100, 0, 0, 1000, 0),
        ("the new version fails, the old does not", 0, 10, 10, 0, 10, 100, 1),
        ("the new version times out", 5, 0, 10, 5, 0, 100, 1),
        ("DynamoDB is down for both", 0, 10, 10, 0, 100, 100, 0),
        ("a poison message comes by", 0, 2, 10, 0, 2, 100, 0),
        ("the old version fails: the new one mends it", 0, 0, 10, 0, 90, 100, 0),
        ("it has all the traffic and fails", 0, 50, 50, 0, 50, 50, 1),
        ("it fails a little more often than the old", 0, 3, 100, 0, 20, 1000, 0),
    ],
)
def test_a_version_is_worse_if_it_fails_more_often(
    what: str,
    errors: int,
    failed: int,
    ran: int,
    all_errors: int,
    all_failed: int,
    all_ran: int,
    worse: int,
) -> None:
    numbers = {"errors": errors, "failed": failed, "ran": ran}
    besides = {"all_errors": all_errors, "all_failed": all_failed, "all_ran": all_ran}
    assert verdict(WORSE, **numbers, **besides) == worse, what


@pytest.mark.parametrize(
    ("took", "ran", "all_took", "all_ran", "slower"),
    [
        (10_000, 100, 100_000, 1000, 0),
        (50_000, 100, 140_000, 1000, 1),
        (50_000, 10, 140_000, 1000, 0),  # too few runs: its environments are new
        (50_000, 100, 50_000, 100, 0),  # nothing to compare it with
    ],
)
def test_a_version_is_slower_if_each_run_takes_three_times_as_long(
    took: int, ran: int, all_took: int, all_ran: int, slower: int
) -> None:
    numbers = {"took": took, "ran": ran, "all_took": all_took, "all_ran": all_ran}
    assert verdict(SLOWER, **numbers) == slower


def test_dead_letters_speak_against_a_version_only_while_it_fails() -> None:
    assert verdict(LOSING, errors=0, failed=1, lost=1) == 1
    assert verdict(LOSING, errors=0, failed=0, lost=1) == 0
    assert verdict(LOSING, errors=0, failed=1, lost=0) == 0


def test_codedeploy_moves_these_aliases_runs_these_hooks_and_no_more(
    production: Deployment,
) -> None:
    [role] = [r for r in production.ours("AWS::IAM::Role") if "RolloutRole" in r.id]
    [trust] = statements(role)
    assert "aws:SourceAccount" in str(trust["Condition"])
    assert ":deploymentgroup:*" in production.named(trust["Condition"]["ArnLike"]["aws:SourceArn"])
    assert "ManagedPolicyArns" not in role.properties
    [policy] = [p for p in production.all("AWS::IAM::Policy") if "RolloutRole" in p.id]
    for statement in statements(policy):
        assert not [each for each in as_list(statement["Resource"]) if "*" in str(each)]
        assert "*" not in str(statement["Action"])


def test_nothing_waits_for_itself(stage: Deployment) -> None:
    """CloudFormation finds circles only when it deploys; an update policy's names are edges too."""
    for name, template in stage.templates.items():
        resources = template["Resources"]
        edges = {
            each.id: references(each) & resources.keys() for each in stage if each.stack == name
        }
        list(graphlib.TopologicalSorter(edges).static_order())


def references(resource: Resource) -> set[str]:
    found = set(as_list(resource.body.get("DependsOn", [])))
    waiting: list[Any] = [resource.body]
    while waiting:
        match waiting.pop():
            case {"Ref": str(target)}:
                found.add(target)
            case {"Fn::GetAtt": [str(target), *_]}:
                found.add(target)
            case dict() as body:
                waiting += body.values()
            case list() as items:
                waiting += items
    return found


def test_only_probes_write_originals_and_only_their_own(stage: Deployment) -> None:
    assert f"{PREFIX}*" == PROBES
    for policy in stage.all("AWS::IAM::Policy"):
        for statement in statements(policy):
            for resource in as_list(statement["Resource"]):
                if stage.named(resource) == f"Originals/{PROBES}":
                    assert re.match("ProbeFlow|CheckAfterTraffic", policy.id)
            lists = "s3:ListBucketVersions" in as_list(statement["Action"])
            if lists and not re.match(READERS, policy.id):
                assert statement["Condition"] == {"StringLike": {"s3:prefix": PROBES}}


def test_production_is_probed_and_other_stages_when_asked(
    stage: Deployment, production: Deployment
) -> None:
    schedules = [each for each in stage.all("AWS::Scheduler::Schedule") if "Probe" in each.id]
    if stage.config.name != "production":
        assert schedules == []
        return
    assert [each.properties["ScheduleExpression"] for each in schedules] == ["rate(15 minutes)"]


def test_a_probe_that_does_not_come_through_or_is_late_is_heard_of(stage: Deployment) -> None:
    alarms = {
        each.properties.get("MetricName"): each for each in stage.all("AWS::CloudWatch::Alarm")
    }
    assert alarms["ProbeFailed"].properties["Threshold"] == 1
    slow = alarms["ProbeMilliseconds"].properties["Threshold"]
    assert slow == 1000 * stage.config.slo_ready_seconds
