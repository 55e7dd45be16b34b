"""What the pipeline's roles may do: what their work takes, and no wildcard unexplained."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from stacks.config import sandbox
from tests.stacks.delivery import EACH, ELSEWHERE, HERE, REGION, Delivery, delivery
from tests.stacks.synthesis import Deployment, as_list, synthesize

# What an action or a resource with a star in it is there for. CDK Pipelines writes all but the one
# of the end-to-end tests itself; docs/delivery.md says which of them can be narrowed, and how.
EXPLAINED = {
    r"s3:(GetBucket|GetObject|List|DeleteObject|Abort)\*": "CDK's grants, on the artifacts alone",
    r"kms:(GenerateDataKey|ReEncrypt)\*": "CDK's grants, on the pipeline's own key alone",
    r"Artifacts/\*": "any object of the artifacts bucket",
    r".*log-group:/aws/codebuild/.*": "a build's own log, which it has though it writes elsewhere",
    r".*report-group/.*": "the test reports of a build are made as they come",
    r".*AutoApprove:\*": "any version of the function that approves if no permission grows",
    r".*role/Sandbox-Processing-EndToEnd\*": "CloudFormation ends names with its own letters",
    rf"arn:\*:iam::{HERE}:role/\*": "CDK's own roles, by their tag (below)",
    r"\*": "see STARS",
}
# On `*`, and by which condition that is no longer everything.
STARS = {
    "sts:AssumeRole": "iam:ResourceTag/aws-cdk:bootstrap-role",
    "codepipeline:GetPipelineState": "aws:ResourceTag/SECURITY_CHECK",
    "codepipeline:PutApprovalResult": "aws:ResourceTag/SECURITY_CHECK",
    "cloudformation:DescribeStacks": "",  # names and states: cdk looks whether a stack is there
    "s3:ListBucket": "",  # names of objects: cdk looks whether an asset is there
    "codebuild:BatchGetBuilds": "",  # CDK's, on the role of the assets build
    "codebuild:StartBuild": "",
    "codebuild:StopBuild": "",
}


@pytest.fixture(params=EACH)
def any_delivery(request: pytest.FixtureRequest) -> Delivery:
    return delivery(str(request.param))


def granted(stack: Delivery) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield policy, action, resource and conditions of all that any role may do."""
    for policy in stack.all("AWS::IAM::Policy"):
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            for action in as_list(statement["Action"]):
                for resource in as_list(statement["Resource"]):
                    named = stack.named(resource)
                    yield policy.id, action, named, statement.get("Condition", {})


def test_no_wildcard_is_there_without_a_reason(any_delivery: Delivery) -> None:
    for policy, action, resource, _ in granted(any_delivery):
        for text in (action, resource):
            explained = any(re.fullmatch(pattern, text) for pattern in EXPLAINED)
            assert "*" not in text or explained, f"{policy}: {action} on {resource}"


def test_a_star_alone_is_for_these_actions_and_under_these_conditions(
    any_delivery: Delivery,
) -> None:
    for policy, action, resource, conditions in granted(any_delivery):
        if resource == "*" or resource.endswith(":role/*"):
            assert action in STARS, policy
            keys = [key for values in conditions.values() for key in values]
            assert not STARS[action] or STARS[action] in keys, policy


def actions_of(stack: Delivery, project: str) -> dict[str, str]:
    """Return what a build may do, with the resource that it may do it to."""
    role = stack.project(project).properties["ServiceRole"]
    return {
        action: stack.named(resource)
        for statement in stack.statements_of(role)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }


def test_the_build_of_a_merge_may_become_nobody_else(any_delivery: Delivery) -> None:
    services = {action.split(":")[0] for action in actions_of(any_delivery, "BuildCdkBuildProject")}
    allowed = {"s3", "kms", "logs", "codebuild", "codecommit", "codeconnections"}
    assert services <= allowed


def test_the_build_of_a_pull_request_reads_code_and_writes_its_log_and_report(
    any_delivery: Delivery,
) -> None:
    for action in actions_of(any_delivery, "PullRequests"):
        assert re.fullmatch(
            r"logs:(CreateLogGroup|CreateLogStream|PutLogEvents)"
            r"|codebuild:(BatchPut\w+|CreateReport|CreateReportGroup|UpdateReport)"
            r"|codeconnections:(GetConnection|GetConnectionToken)|codecommit:GitPull",
            action,
        ), action


def test_the_end_to_end_build_may_become_the_tests_role_and_no_other(
    any_delivery: Delivery,
) -> None:
    found = actions_of(any_delivery, "EndToEnd")["sts:AssumeRole"]
    account = any_delivery.environments["Delivery/Sandbox/Processing"].split("/")[2]
    assert found.endswith(f":iam::{account}:role/Sandbox-Processing-EndToEnd*")


def test_assets_are_published_as_cdks_own_roles_and_no_others(any_delivery: Delivery) -> None:
    role = any_delivery.project("FileAsset").properties["ServiceRole"]
    resources = {
        re.sub(r"^.*:role/", "", any_delivery.named(resource).rstrip('"}'))
        for statement in any_delivery.statements_of(role)
        if "sts:AssumeRole" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    accounts = {where.split("/")[2] for where in any_delivery.environments.values()}
    assert resources == {
        f"cdk-hnb659fds-{kind}-role-{account}-{REGION}"
        for kind in ("file-publishing", "deploy")
        for account in accounts
    }


def test_the_schedule_may_start_this_pipeline_and_nothing_else(any_delivery: Delivery) -> None:
    [schedule] = any_delivery.all("AWS::Scheduler::Schedule")
    name = any_delivery.named(schedule.properties["Target"]["RoleArn"]).removesuffix(".Arn")
    [role] = [each for each in any_delivery.all("AWS::IAM::Role") if name in each.id]
    [policy] = role.properties["Policies"]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "codepipeline:StartPipelineExecution"
    assert statement["Resource"] == any_delivery.arn_of_the_pipeline
    assert not any_delivery.statements_of({"Ref": role.id})
    assert "ManagedPolicyArns" not in role.properties
    [trust] = role.properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    conditions = {key for keys in trust["Condition"].values() for key in keys}
    assert conditions == {"aws:SourceAccount", "aws:SourceArn"}


def test_nobody_is_an_administrator(any_delivery: Delivery) -> None:
    for role in any_delivery.all("AWS::IAM::Role"):
        for policy in role.properties.get("ManagedPolicyArns", []):
            name = any_delivery.named(policy).rpartition("/")[2]
            assert name == "AWSLambdaBasicExecutionRole", role


def test_services_may_use_topic_and_key_only_for_this_account(any_delivery: Delivery) -> None:
    for resource in any_delivery.all("AWS::SNS::TopicPolicy", "AWS::KMS::Key"):
        policy = resource.properties.get("PolicyDocument") or resource.properties["KeyPolicy"]
        for statement in policy["Statement"]:
            principal = statement["Principal"]
            if isinstance(principal, dict) and "Service" in principal:
                conditions = {k for each in statement["Condition"].values() for k in each}
                assert {"aws:SourceAccount", "aws:SourceArn"} <= conditions, resource


# The stage's side: the role that the tests become.


def role_of(stage: Deployment) -> Any:
    [found] = [each for each in stage.all("AWS::IAM::Role") if each.id.startswith("EndToEnd")]
    return found


def test_production_has_no_role_for_tests(production: Deployment) -> None:
    assert not [each for each in production if each.id.startswith("EndToEnd")]
    assert "EndToEndRole" not in production.outputs("Processing")


@pytest.mark.exhaustive
@pytest.mark.parametrize("account", [HERE, ELSEWHERE])
def test_the_tests_role_trusts_the_pipelines_account(account: str) -> None:
    stage = synthesize(replace(sandbox(), tested_by=account))
    [statement] = role_of(stage).properties["AssumeRolePolicyDocument"]["Statement"]
    assert f"iam::{account}:root" in stage.named(statement["Principal"]["AWS"])


def test_the_tests_role_is_called_as_the_build_expects(sandbox: Deployment) -> None:
    # CloudFormation calls a role <stack>-<logical id>-<random letters>, of 64 letters at most.
    role = role_of(sandbox)
    assert len(f"Sandbox-Processing-{role.id}-") + 13 <= 64


def test_the_tests_role_puts_pictures_under_its_prefix_and_looks(sandbox: Deployment) -> None:
    policies = [e for e in sandbox.all("AWS::IAM::Policy") if e.id.startswith("EndToEnd")]
    found = {
        (action, sandbox.named(resource))
        for policy in policies
        for statement in policy.properties["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    assert found == {
        ("s3:PutObject", "Originals/end-to-end-*"),
        ("s3:DeleteObject", "Originals/end-to-end-*"),
        ("s3:ListBucket", "Thumbnails"),
        ("s3:GetObject", "Thumbnails/*"),
        ("dynamodb:GetItem", "Catalog"),
        ("dynamodb:GetItem", "Report"),
    }
