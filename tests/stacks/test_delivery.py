"""The pipeline: what it runs, in which order, with which versions, and who hears of failures."""

import json
import re
import tomllib
from typing import Any

import pytest

from stacks.config import LAMBDA
from stacks.delivery_config import DeliveryConfig
from stacks.delivery_stack import TESTED
from stacks.pins import cdk_version
from tests.stacks.delivery import (
    CONNECTION,
    EACH,
    ELSEWHERE,
    HERE,
    REGION,
    SETTINGS,
    Delivery,
    delivery,
    synthesize,
)
from tests.stacks.synthesis import ROOT

OURS = ("PipelineBuildCdkBuildProject", "TestRest", "EndToEnd", "PullRequests")


@pytest.fixture(params=EACH)
def any_delivery(request: pytest.FixtureRequest) -> Delivery:
    return delivery(str(request.param))


@pytest.fixture
def github() -> Delivery:
    return delivery("github, two accounts")


@pytest.fixture
def codecommit() -> Delivery:
    return delivery("codecommit, two accounts")


def test_stages_come_in_this_order(any_delivery: Delivery) -> None:
    wanted = ["Source", "Build", "UpdatePipeline", "Assets", "Sandbox", "Production"]
    assert list(any_delivery.stages) == wanted


def test_a_newer_merge_supersedes_an_older_one(any_delivery: Delivery) -> None:
    properties = any_delivery.pipeline.properties
    assert properties["PipelineType"] == "V2"
    assert properties["ExecutionMode"] == "SUPERSEDED"


def test_nothing_is_deployed_before_all_tests_have_passed(any_delivery: Delivery) -> None:
    actions = any_delivery.stages["Sandbox"]
    first, *others = actions.values()
    assert first == actions["TestRest"]
    assert all(first["RunOrder"] < each["RunOrder"] for each in others)
    [command] = any_delivery.commands(any_delivery.project("TestRest"))
    assert command.startswith("make test-rest ")


def test_the_sandbox_is_deployed_then_tested(any_delivery: Delivery) -> None:
    actions = any_delivery.stages["Sandbox"]
    assert list(actions)[-2:] == ["Page.Deploy", "EndToEnd"]
    assert actions["EndToEnd"]["RunOrder"] > actions["Processing.Deploy"]["RunOrder"]
    assert actions["Page.Deploy"]["RunOrder"] > actions["Processing.Deploy"]["RunOrder"]


def test_production_is_approved_after_the_check_for_broader_permissions(
    any_delivery: Delivery,
) -> None:
    actions = any_delivery.stages["Production"]
    order = {name: action["RunOrder"] for name, action in actions.items()}
    assert (
        order["Permissions.Check"]
        < order["Permissions.Confirm"]
        < order["Approval"]
        < order["Storage.Prepare"]
    )
    for name in ("Permissions.Confirm", "Approval"):
        assert actions[name]["ActionTypeId"]["Category"] == "Approval"


def test_a_push_to_the_branch_on_github_starts_it(github: Delivery) -> None:
    [action] = github.stages["Source"].values()
    assert action["ActionTypeId"]["Provider"] == "CodeStarSourceConnection"
    found = action["Configuration"]
    assert found["FullRepositoryId"] == "octo/darkroom"
    assert (found["BranchName"], found["ConnectionArn"]) == ("main", CONNECTION)
    assert found["DetectChanges"] is True


def test_the_connection_is_granted_by_the_name_that_its_service_has(github: Delivery) -> None:
    [action] = github.stages["Source"].values()
    role = github.statements_of(action["RoleArn"])
    [statement] = [each for each in role if each["Resource"] == CONNECTION]
    assert "codeconnections:UseConnection" in statement["Action"]


def test_a_push_to_the_branch_in_codecommit_starts_it(codecommit: Delivery) -> None:
    [action] = codecommit.stages["Source"].values()
    assert action["ActionTypeId"]["Provider"] == "CodeCommit"
    assert action["Configuration"]["BranchName"] == "main"
    patterns = [each.properties["EventPattern"] for each in codecommit.all("AWS::Events::Rule")]
    [push] = [each for each in patterns if "referenceName" in each.get("detail", {})]
    assert push["detail"]["referenceName"] == ["main"]


@pytest.mark.parametrize("name", OURS)
def test_what_a_build_of_ours_runs_are_make_targets(any_delivery: Delivery, name: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for command in any_delivery.commands(any_delivery.project(name)):
        found = re.fullmatch(r"make ([a-z-]+)(?: ([A-Z]+)=.*)?", command)
        assert found, command
        [recipe] = re.findall(rf"^{found[1]}:.*\n((?:\t.*\n)*)", makefile, re.MULTILINE)
        assert not found[2] or f"$({found[2]})" in recipe, command


def test_a_merge_is_checked_tested_and_synthesized_with_these_settings(
    any_delivery: Delivery,
) -> None:
    build = any_delivery.project("PipelineBuildCdkBuildProject")
    check, audit, test, synth = any_delivery.commands(build)
    assert (check, audit) == ("make check", "make audit AUDIT=--if-reachable")
    assert test.startswith("make test ")
    assert synth == "make synth SYNTH='-c delivery=delivery.json'"
    assert any_delivery.specification(build)["artifacts"]["base-directory"] == "cdk.out"


def test_every_command_line_that_is_installed_is_pinned(any_delivery: Delivery) -> None:
    installed = [
        name
        for project in any_delivery.projects().values()
        for command in any_delivery.commands(project)
        for name in re.findall(r"npm install -g (\S+)", command)
    ]
    assert installed == [f"aws-cdk@{cdk_version()}"] * 3


def test_pins_have_one_home() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert cdk_version() == package["devDependencies"]["aws-cdk"]
    assert cdk_version() == lock["packages"]["node_modules/aws-cdk"]["version"]


def test_assets_of_both_stages_are_published_by_the_pinned_command_line(
    any_delivery: Delivery,
) -> None:
    [_, publish] = any_delivery.commands(any_delivery.project("FileAsset"))
    assert publish == "cdk -a . publish-assets 'Delivery/*/*' --unstable=publish-assets"


def test_every_build_has_the_same_image_and_versions(any_delivery: Delivery) -> None:
    for name, project in any_delivery.projects().items():
        environment = project.properties["Environment"]
        assert environment["Image"] == "aws/codebuild/standard:8.0", name
        assert environment["PrivilegedMode"] is False, name
        versions = any_delivery.specification(project)["phases"]["install"]["runtime-versions"]
        assert versions == {"python": LAMBDA.python, "nodejs": "22"}, name


@pytest.mark.parametrize("name", OURS)
def test_test_reports_are_kept(any_delivery: Delivery, name: str) -> None:
    project = any_delivery.project(name)
    report = any_delivery.specification(project)["reports"]["tests"]
    assert report["file-format"] == "JUNITXML"
    assert f"--junitxml={written(report)}" in " ".join(any_delivery.commands(project))


@pytest.mark.parametrize("name", ["PipelineBuildCdkBuildProject", "PullRequests"])
def test_coverage_is_measured_and_kept(any_delivery: Delivery, name: str) -> None:
    project = any_delivery.project(name)
    report = any_delivery.specification(project)["reports"]["coverage"]
    assert report["file-format"] == "COBERTURAXML"
    measured = f"--cov --cov-report=xml:{written(report)}"
    assert measured in " ".join(any_delivery.commands(project))


def written(report: dict[str, Any]) -> str:
    [file] = report["files"]
    return f"{report['base-directory']}/{file}"


def test_developers_tests_measure_no_coverage() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]
    assert "--cov" not in options["ini_options"]["addopts"]
    [recipe] = re.findall(r"^test:.*\n\t(.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert "--cov" not in recipe


def test_once_a_week_it_runs_without_a_push(any_delivery: Delivery) -> None:
    [schedule] = any_delivery.all("AWS::Scheduler::Schedule")
    assert schedule.properties["ScheduleExpression"] == "cron(17 5 ? * MON *)"
    assert schedule.properties["State"] == "ENABLED"
    target = schedule.properties["Target"]
    assert target["Arn"] == any_delivery.arn_of_the_pipeline


@pytest.mark.exhaustive
@pytest.mark.parametrize(("day", "runs"), [("SUN", ["cron(17 5 ? * SUN *)"]), (None, [])])
def test_the_day_is_configured(day: str | None, runs: list[str]) -> None:
    made = synthesize(DeliveryConfig(**{**SETTINGS["github, two accounts"], "rebuild_on": day}))
    schedules = made.all("AWS::Scheduler::Schedule")
    assert [each.properties["ScheduleExpression"] for each in schedules] == runs


def test_every_log_is_kept_for_a_while_and_every_build_writes_to_one(
    any_delivery: Delivery,
) -> None:
    for group in any_delivery.all("AWS::Logs::LogGroup"):
        assert group.properties["RetentionInDays"]
    for name, project in any_delivery.projects().items():
        group = project.properties["LogsConfig"]["CloudWatchLogs"]["GroupName"]
        granted = any_delivery.statements_of(project.properties["ServiceRole"])
        resources = [each["Resource"] for each in granted if "logs:PutLogEvents" in each["Action"]]
        assert any_delivery.named(group) in [any_delivery.named(each) for each in resources], name


def test_end_to_end_tests_are_told_where_everything_is(any_delivery: Delivery) -> None:
    action = any_delivery.stages["Sandbox"]["EndToEnd"]
    found = json.loads(action["Configuration"]["EnvironmentVariables"])
    told = {each["name"]: each["value"] for each in found}
    for stack, outputs in TESTED.items():
        for variable, output in outputs.items():
            assert re.fullmatch(rf"#{{\w*{stack}\w*\.{output}}}", told[variable])


@pytest.mark.parametrize(
    ("name", "sandbox", "production"),
    [
        ("github, two accounts", HERE, ELSEWHERE),
        pytest.param("github, one account", HERE, HERE, marks=pytest.mark.exhaustive),
        pytest.param(
            "codecommit, three accounts", "777788889999", ELSEWHERE, marks=pytest.mark.exhaustive
        ),
    ],
)
def test_each_stage_goes_to_its_account(name: str, sandbox: str, production: str) -> None:
    accounts = {"Sandbox": sandbox, "Production": production}
    assert delivery(name).environments == {
        f"Delivery/{stage}/{stack}": f"aws://{account}/{REGION}"
        for stage, account in accounts.items()
        for stack in ("Gallery", "Storage", "Access", "Processing", "Page")
    }


def test_artifacts_are_encrypted_with_a_key_of_our_own_and_expire(any_delivery: Delivery) -> None:
    [bucket] = any_delivery.all("AWS::S3::Bucket")
    store = any_delivery.pipeline.properties["ArtifactStore"]
    assert any_delivery.named(store["Location"]) == any_delivery.named({"Ref": bucket.id})
    [rule] = bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    [lifecycle] = bucket.properties["LifecycleConfiguration"]["Rules"]
    assert (lifecycle["ExpirationInDays"], lifecycle["Status"]) == (90, "Enabled")
    blocked = bucket.properties["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}


def failures(of: Delivery) -> Any:
    [rule] = [
        each.properties
        for each in of.all("AWS::Events::Rule")
        if each.properties["EventPattern"].get("detail", {}).get("state") == ["FAILED"]
    ]
    return rule


def test_a_failed_stage_is_announced_with_a_link(any_delivery: Delivery) -> None:
    rule = failures(any_delivery)
    assert rule["EventPattern"]["detail-type"] == ["CodePipeline Stage Execution State Change"]
    [watched] = rule["EventPattern"]["detail"]["pipeline"]
    assert watched == {"Ref": any_delivery.pipeline.id}
    [target] = rule["Targets"]
    [topic] = any_delivery.all("AWS::SNS::Topic")
    assert target["Arn"] == {"Ref": topic.id}
    transformer = target["InputTransformer"]
    template = json.loads(any_delivery.named(transformer["InputTemplate"]))
    assert set(re.findall(r"<(\w+)>", template)) == transformer["InputPathsMap"].keys()
    assert "/pipelines/<pipeline>/executions/<execution>/timeline" in template
    [subscription] = any_delivery.all("AWS::SNS::Subscription")
    assert subscription.properties["Endpoint"] == "team@example.org"


def test_a_pull_request_on_github_is_checked_for_its_branch_and_by_the_connection(
    github: Delivery,
) -> None:
    project = github.project("PullRequests").properties
    assert project["Source"]["Auth"] == {"Type": "CODECONNECTIONS", "Resource": CONNECTION}
    assert project["Source"]["Location"] == "https://github.com/octo/darkroom.git"
    assert project["Source"]["ReportBuildStatus"] is True
    [[kind, branch]] = project["Triggers"]["FilterGroups"]
    assert set(kind["Pattern"].split(", ")) == {
        "PULL_REQUEST_CREATED",
        "PULL_REQUEST_UPDATED",
        "PULL_REQUEST_REOPENED",
    }
    assert branch["Pattern"] == "refs/heads/main"


def test_a_strangers_code_runs_only_after_a_maintainers_word(github: Delivery) -> None:
    triggers = github.project("PullRequests").properties["Triggers"]
    approval = triggers["PullRequestBuildPolicy"]["RequiresCommentApproval"]
    assert approval == "FORK_PULL_REQUESTS"


def test_a_pull_request_in_codecommit_is_checked_at_its_own_commit(codecommit: Delivery) -> None:
    rules = [each.properties for each in codecommit.all("AWS::Events::Rule")]
    made = "pullRequestCreated"
    [rule] = [each for each in rules if made in each["EventPattern"]["detail"].get("event", [])]
    assert rule["EventPattern"]["detail"]["destinationReference"] == ["refs/heads/main"]
    [target] = rule["Targets"]
    assert target["InputTransformer"]["InputTemplate"].startswith('{"sourceVersion":')
    assert target["InputTransformer"]["InputPathsMap"].popitem()[1] == "$.detail.sourceCommit"
