"""How every build of the pipeline runs: its image, the versions in it, its log, what it keeps."""

import json
from collections.abc import Iterable
from typing import Any

from aws_cdk import Aws, DefaultStackSynthesizer, Duration, Stack, pipelines
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

# x86: the resampler that thumbnails are made with, and so its tests, has no wheel for arm64. The
# functions on arm64 get theirs all the same: uv fetches wheels for another processor.
IMAGE = codebuild.LinuxBuildImage.STANDARD_8_0
RUNTIMES = {"python": "3.13", "nodejs": "22"}
REPORTS = ".build/reports"
TESTS, COVERAGE = "tests.xml", "coverage.xml"
# What is taken from these is compared with the hashes of the lock files: nobody who could write
# here could slip anything in.
CACHED = ("/root/.cache/uv/**/*", "/root/.npm/_cacache/**/*")

CHECK = "make check"
# Measuring takes time of its own, so that developers' tests go without: see pyproject.toml.
TEST = f"make test TEST='--cov --cov-report=xml:{REPORTS}/{COVERAGE} --junitxml={REPORTS}/{TESTS}'"
TEST_REST = f"make test-rest TEST=--junitxml={REPORTS}/{TESTS}"
# No index at hand is said, and stops no delivery: what is known to be vulnerable does.
AUDIT = "make audit AUDIT=--if-reachable"
VERIFY = f"make verify VERIFY=--junitxml={REPORTS}/{TESTS}"

RUNTIMES_SPEC: dict[str, Any] = {
    "version": "0.2",
    "phases": {"install": {"runtime-versions": RUNTIMES}},
}
TESTS_SPEC: dict[str, Any] = {
    "reports": {"tests": {"base-directory": REPORTS, "files": [TESTS], "file-format": "JUNITXML"}}
}
COVERAGE_REPORT = {
    "base-directory": REPORTS,
    "files": [COVERAGE],
    "file-format": "COBERTURAXML",
}
COVERED_SPEC: dict[str, Any] = {"reports": {**TESTS_SPEC["reports"], "coverage": COVERAGE_REPORT}}
CACHE_SPEC: dict[str, Any] = {"cache": {"paths": list(CACHED)}}


def environment(
    size: codebuild.ComputeType = codebuild.ComputeType.SMALL,
) -> codebuild.BuildEnvironment:
    return codebuild.BuildEnvironment(build_image=IMAGE, compute_type=size, privileged=False)


def build_defaults(log: logs.ILogGroup) -> pipelines.CodeBuildOptions:
    """For the pipeline's own projects as well: those that mutate it and publish assets."""
    return pipelines.CodeBuildOptions(
        build_environment=environment(),
        partial_build_spec=codebuild.BuildSpec.from_object(RUNTIMES_SPEC),
        logging=logged_to(log),
        timeout=Duration.hours(1),
    )


def logged_to(log: logs.ILogGroup) -> codebuild.LoggingOptions:
    return codebuild.LoggingOptions(
        cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=log, enabled=True)
    )


def publish_by_the_pinned_command_line(
    stack: Stack, *, accounts: Iterable[str], cdk_version: str
) -> None:
    """Let `cdk` publish the assets instead of `cdk-assets`, a package of its own.

    npm's newest `cdk-assets` (4.7.3) reads cloud assemblies up to version 54, ours has 55; and one
    command line that is pinned is better than two.
    """
    [assets] = [node for node in stack.node.find_all() if node.node.id == "FileAsset"]
    assert isinstance(assets, codebuild.Project)  # noqa: S101 - as it was read
    project = assets.node.default_child
    assert isinstance(project, codebuild.CfnProject)  # noqa: S101 - a Project's own resource
    install = {**RUNTIMES_SPEC["phases"]["install"], "commands": [installed(cdk_version)]}
    publish = f"cdk -a . publish-assets '{stack.node.id}/*/*' --unstable=publish-assets"
    phases = {"install": install, "build": {"commands": [publish]}}
    spec = json.dumps({"version": "0.2", "phases": phases}, indent=2)
    project.add_property_override("Source.BuildSpec", spec)
    deploy = f"cdk-{DefaultStackSynthesizer.DEFAULT_QUALIFIER}-deploy-role"
    assets.add_to_role_policy(
        iam.PolicyStatement(
            # In whose name it reads which version of CDK's own resources an account has. The
            # build runs nothing of the repository's, and SelfMutate has this role as well.
            actions=["sts:AssumeRole"],
            resources=[
                f"arn:{Aws.PARTITION}:iam::{account}:role/{deploy}-{account}-{stack.region}"
                for account in accounts
            ],
        )
    )


def installed(cdk_version: str) -> str:
    return f"npm install -g aws-cdk@{cdk_version}"


def pin_security_check(scope: Construct, *, log: logs.ILogGroup, cdk_version: str) -> None:
    """Give CDK's check for broader permissions the pinned command line; it takes npm's `latest`.

    CDK Pipelines passes neither `cli_version` nor the builds' defaults on to this one project.
    Raises ValueError if it is made in another way than was read: then read it again.
    """
    [check] = [node for node in scope.node.find_all() if node.node.id == "CDKSecurityCheck"]
    assert isinstance(check, codebuild.Project)  # noqa: S101 - as it was read
    project = check.node.default_child
    assert isinstance(project, codebuild.CfnProject)  # noqa: S101 - a Project's own resource
    spec = Stack.of(scope).resolve(project.source)["buildSpec"]
    project.add_property_override("Source.BuildSpec", pinned(spec, cdk_version))
    project.add_property_override("Environment.Image", IMAGE.image_id)
    project.add_property_override(
        "LogsConfig.CloudWatchLogs", {"GroupName": log.log_group_name, "Status": "ENABLED"}
    )
    log.grant_write(check)


UNPINNED = '"npm install -g aws-cdk"'
PHASES = '"phases": {'


def pinned(spec: dict[str, Any], version: str) -> dict[str, Any]:
    """Return a build specification, a text with references in it, with the pinned versions."""
    between, (first, *others) = spec["Fn::Join"]
    if first.count(UNPINNED) != 1 or first.count(PHASES) != 1:
        raise ValueError("CDK's security check no longer installs aws-cdk as it did")
    runtimes = json.dumps(RUNTIMES_SPEC["phases"])[1:-1]
    mended = first.replace(UNPINNED, json.dumps(installed(version)))
    mended = mended.replace(PHASES, f"{PHASES} {runtimes},")
    return {"Fn::Join": [between, [mended, *others]]}
