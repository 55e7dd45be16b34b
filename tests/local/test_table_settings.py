"""Contract of local/emulator/repairs/table_settings.py."""

import json
from typing import Any

import pytest

from tests.local.workbench import Workbench, any_name, eventually

KEY = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
TIME_TO_LIVE = {"TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True}}
RECOVERY = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
BARE = {
    "AWS::DynamoDB::Table": KEY,
    "AWS::DynamoDB::GlobalTable": {**KEY, "Replicas": [{"Region": "us-east-1"}]},
}
SET = {
    "AWS::DynamoDB::Table": {**KEY, **TIME_TO_LIVE, **RECOVERY},
    "AWS::DynamoDB::GlobalTable": {
        **KEY,
        **TIME_TO_LIVE,
        "Replicas": [{"Region": "us-east-1", **RECOVERY}],
    },
}


@pytest.mark.parametrize("kind", BARE)
def test_a_template_switches_expiry_and_recovery_on_and_off(bench: Workbench, kind: str) -> None:
    stack = any_name("stack")
    formation = bench.cloud.client("cloudformation")

    formation.create_stack(StackName=stack, TemplateBody=template(kind, SET[kind]))
    assert settings(bench, table_of(bench, stack, "CREATE_COMPLETE")) == ("ENABLED", "ENABLED")

    formation.update_stack(StackName=stack, TemplateBody=template(kind, BARE[kind]))
    assert settings(bench, table_of(bench, stack, "UPDATE_COMPLETE")) == ("DISABLED", "DISABLED")

    formation.update_stack(StackName=stack, TemplateBody=template(kind, SET[kind]))
    table = table_of(bench, stack, "UPDATE_COMPLETE")
    eventually(lambda: settings(bench, table) == ("ENABLED", "ENABLED"))


def template(kind: str, properties: dict[str, Any]) -> str:
    return json.dumps({"Resources": {"Table": {"Type": kind, "Properties": properties}}})


def table_of(bench: Workbench, stack: str, state: str) -> str:
    formation = bench.cloud.client("cloudformation")
    eventually(lambda: bench.cloud.stacks()[stack] == state)
    resource = formation.describe_stack_resource(StackName=stack, LogicalResourceId="Table")
    name: str = resource["StackResourceDetail"]["PhysicalResourceId"]
    return name


def settings(bench: Workbench, table: str) -> tuple[str, str]:
    """The states of expiry and of recovery."""
    expiry = bench.dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    backups = bench.dynamodb.describe_continuous_backups(TableName=table)
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return expiry["TimeToLiveStatus"], recovery["PointInTimeRecoveryStatus"]
