"""What the pipeline's build for assets runs, run: its own command, under its own permissions."""

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.cloud import REGION
from stacks.delivery_config import DeliveryConfig
from tests.flow.conftest import App
from tests.stacks.delivery import CODECOMMIT, Delivery, assembled, read
from tests.stacks.synthesis import as_list


def role_that_may(app: App, statements: list[dict[str, Any]], name: str) -> dict[str, str]:
    """Return the credentials of a new role."""
    iam, sts = app.client("iam"), app.client("sts")
    root = f"arn:aws:iam::{sts.get_caller_identity()['Account']}:root"
    trust = [{"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:AssumeRole"}]
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(statements))
    found = sts.assume_role(RoleArn=role["Arn"], RoleSessionName=name)["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        "AWS_SESSION_TOKEN": found["SessionToken"],
    }


def document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def roles_to_become(delivery: Delivery) -> list[str]:
    project = delivery.project("FileAsset")
    return [
        (resource["Fn::Sub"] if "Fn::Sub" in resource else delivery.named(resource))
        .replace("${AWS::Partition}", "aws")
        .replace("AWS::Partition", "aws")
        for statement in delivery.statements_of(project.properties["ServiceRole"])
        if "sts:AssumeRole" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]


@pytest.fixture(scope="module")
def out(app: App, tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = app.client("sts").get_caller_identity()["Account"]
    accounts = dict.fromkeys(("account", "sandbox_account", "production_account"), here)
    folder = tmp_path_factory.mktemp("delivery")
    assembled(DeliveryConfig(**{**CODECOMMIT, **accounts, "region": REGION}), folder)
    return folder


def publish(app: App, out: Path, home: Path, credentials: dict[str, str]) -> int:
    delivery = read(out)
    [_, command] = delivery.commands(delivery.project("FileAsset"))
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    # The build has its `cdk` from npm; this is the same one.
    done = subprocess.run(
        [str(app.cloud.cdk), *shlex.split(command)[1:]],
        cwd=out,
        env={**ours, **app.cloud.environment(), **credentials, "CDK_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.returncode


def assets_of(manifest: Path) -> set[str]:
    return set(json.loads(manifest.read_text())["files"])


def test_assets_are_published_under_the_builds_own_permissions(
    app: App, out: Path, tmp_path: Path
) -> None:
    resources = roles_to_become(read(out))
    may = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": resources}]

    assert publish(app, out, tmp_path, role_that_may(app, may, "assets")) == 0

    [bucket] = [
        each["Name"]
        for each in app.client("s3").list_buckets()["Buckets"]
        if each["Name"].startswith("cdk-")
    ]
    stored = {
        item["Key"].split(".")[0]
        for page in app.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for item in page.get("Contents", [])
    }
    manifests = sorted(out.glob("assembly-*/*.assets.json"))
    assert {each.parent.name for each in manifests} == {
        "assembly-Delivery-Production",
        "assembly-Delivery-Sandbox",
    }
    for manifest in manifests:
        assert assets_of(manifest) <= stored


def test_without_cdks_roles_nothing_is_published(app: App, out: Path, tmp_path: Path) -> None:
    may = [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}]

    assert publish(app, out, tmp_path, role_that_may(app, may, "nobody")) != 0
