"""Every function may do what it needs, by name, and nothing else."""

import json
import re
from typing import Any

import pytest

from stacks.catalog_indexes import INDEXES
from stacks.constructs.permissions import allow_arn
from tests.stacks.delivery import EACH, delivery
from tests.stacks.permissions import PAGE, page, permissions
from tests.stacks.synthesis import Deployment, as_list, statements, synthesize

# Actions on "*" because IAM knows no resource for them.
WITHOUT_RESOURCE = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
ASKS_CLOUDWATCH = {"publish_report", "query_catalog"}
READS_ORIGINALS = {"s3:GetObject", "s3:ListBucket", "s3:ListBucketVersions"}


def test_the_table_of_permissions_is_up_to_date(production: Deployment) -> None:
    assert PAGE.read_text() == page(production), "if that is meant: make permissions"


def test_the_table_has_every_role_of_every_stage(stage: Deployment) -> None:
    told = {line.split(" | ")[0].removeprefix("| ") for line in PAGE.read_text().splitlines()}
    assert permissions(stage).keys() <= told


@pytest.mark.parametrize("settings", EACH)
def test_the_table_has_every_role_of_the_pipeline(settings: str) -> None:
    told = {line.split(" | ")[0].removeprefix("| ") for line in PAGE.read_text().splitlines()}
    assert permissions(delivery(settings)).keys() <= told


def test_permissions_are_the_same_in_every_stage(stage: Deployment, production: Deployment) -> None:
    assert everywhere(stage) == everywhere(production)


def everywhere(stage: Deployment) -> Any:
    """Leave out what only CodeDeploy needs, and the stage in the names of mappings."""
    text = json.dumps(permissions(stage), sort_keys=True)
    text = re.sub(
        r"(event-source-mapping:\w+?SqsEventSource)[^\"]*?Processing(\w+?)[0-9A-F]{8}",
        r"\1\2",
        text,
    )
    return {
        role: {on: may for on, may in found.items() if "codedeploy:" not in str(may)}
        for role, found in json.loads(text).items()
        if role in stage.functions()
    }


def test_no_function_has_a_wildcard_action(stage: Deployment) -> None:
    for policy in stage.all("AWS::IAM::Policy"):
        for statement in statements(policy):
            assert not [a for a in as_list(statement["Action"]) if "*" in a], policy


def test_only_tracing_and_the_report_s_latency_have_no_resource(stage: Deployment) -> None:
    for policy in stage.all("AWS::IAM::Policy"):
        for statement in statements(policy):
            if "*" in as_list(statement["Resource"]):
                actions = set(as_list(statement["Action"]))
                assert actions <= WITHOUT_RESOURCE | {"cloudwatch:GetMetricData"}, policy


def test_only_the_report_asks_cloudwatch_for_numbers(stage: Deployment) -> None:
    asking = {
        role for role, may in permissions(stage).items() if "cloudwatch:GetMetricData" in str(may)
    }
    assert asking == ASKS_CLOUDWATCH


def test_resource_policies_have_no_wildcards_but_these(stage: Deployment) -> None:
    """The account's own rule over its key (as AWS has it by default), and data keys of any kind."""
    found = {
        action
        for resource in stage
        for statement in statements(resource)
        if statement["Effect"] == "Allow" and not is_for_cdks_emptier(statement)
        for action in as_list(statement["Action"])
        if "*" in action
    }
    assert found <= {"kms:*", "kms:GenerateDataKey*"}


def is_for_cdks_emptier(statement: dict[str, Any]) -> bool:
    return "CustomS3AutoDeleteObjects" in str(statement.get("Principal"))


def test_no_function_that_uploads_cause_can_write_originals(stage: Deployment) -> None:
    for name, by_resource in permissions(stage).items():
        for resource in ("Originals", "Originals/*"):
            if name != "query_catalog":
                assert set(by_resource.get(resource, ())) <= READS_ORIGINALS


def test_keys_that_are_named_may_be_used_by_who_reads_originals_and_through_s3_only(
    production: Deployment,
) -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd"
    assert not readers_under(production, key)

    stage = synthesize(production.config, decrypt_keys=(key,))
    assert readers_under(stage, key) == {"index_metadata", "make_thumbnails", "query_catalog"}
    for policy in stage.all("AWS::IAM::Policy"):
        for statement in statements(policy):
            if key in as_list(statement["Resource"]):
                [condition] = statement["Condition"]["StringEquals"].items()
                assert condition[0] == "kms:ViaService"
                assert "s3." in str(condition[1])


def readers_under(stage: Deployment, key: str) -> set[str]:
    """Return the roles that may decrypt by a key."""
    return {role for role, may in permissions(stage).items() if may.get(key) == ["kms:Decrypt"]}


def test_what_people_ask_by_writes_no_table_and_scans_none(stage: Deployment) -> None:
    may = permissions(stage)["query_catalog"]
    assert set(may["Catalog"]) == {"dynamodb:BatchGetItem"}
    reads = {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"}
    assert set(may["Report"]) == reads
    indexes = {on: set(actions) for on, actions in may.items() if "/index/" in on}
    assert indexes == {f"Catalog/index/{each.name}": {"dynamodb:Query"} for each in INDEXES}
    assert may["Thumbnails/*"] == ["s3:GetObject"]
    assert "Reports/*" not in may
    tables = {on for on, actions in may.items() if "dynamodb:" in str(actions)}
    assert tables == {"Catalog", "Report", *indexes}


def test_the_sweep_cannot_read_a_picture_or_write_the_catalog(stage: Deployment) -> None:
    may = permissions(stage)["reconcile"]
    assert may["Originals"] == ["s3:ListBucketVersions"]
    assert "Originals/*" not in may
    assert may["Thumbnails/*"] == ["s3:DeleteObject"]
    assert set(may["Catalog"]) == {"dynamodb:DescribeTable", "dynamodb:Query", "dynamodb:Scan"}


def test_a_wildcard_action_is_refused_before_it_is_granted() -> None:
    with pytest.raises(ValueError, match=r"s3:Get\*"):
        allow_arn(None, ["s3:Get*"], "arn")  # type: ignore[arg-type]
