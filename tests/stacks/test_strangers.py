"""No service may be talked into doing here what somebody else's account asks of it."""

import json
from typing import Any

import pytest

from tests.stacks.synthesis import Deployment, Resource, as_list, statements

# Principals that name no source, and why nobody else can stand behind them.
WITHOUT_SOURCE = {
    "lambda.amazonaws.com": "Lambda takes roles of a function's own account only, and sends no "
    "source when it assumes one (IAM: iam:PassRole decides who may give it one)",
}
# Principals that name their account but no resource of it.
ACCOUNT_IS_ENOUGH = {
    (
        "AWS::KMS::Key",
        "s3.amazonaws.com",
    ): "the key would wait for the bucket, and the bucket for it",
    ("AWS::KMS::Key", "cloudwatch.amazonaws.com"): "the alarms are in a stack that needs the key",
}


def services(stage: Deployment) -> list[tuple[Resource, str, dict[str, Any]]]:
    """Return every allowing statement for a service: where, which, and on which conditions."""
    return [
        (resource, service, keys_of(statement))
        for resource in stage.ours(*{each.type for each in stage})
        for statement in statements(resource)
        if statement["Effect"] == "Allow" and isinstance(statement.get("Principal"), dict)
        for service in as_list(statement["Principal"].get("Service", []))
    ]


def keys_of(statement: dict[str, Any]) -> dict[str, Any]:
    return {
        key.replace("AWS:", "aws:"): value  # IAM takes it in either case, and CDK writes both
        for by in statement.get("Condition", {}).values()
        for key, value in by.items()
    }


def names_an_account(arn: Any) -> bool:
    """An S3 bucket's ARN does not, an ARN of one of our own resources of another kind does."""
    return "s3" not in json.dumps(arn).lower()


def is_fenced(resource: Resource, service: str, keys: dict[str, Any]) -> bool:
    if service in WITHOUT_SOURCE:
        return resource.type == "AWS::IAM::Role"
    arn = keys.get("aws:SourceArn")
    account = "aws:SourceAccount" in keys
    if (resource.type, service) in ACCOUNT_IS_ENOUGH:
        return account
    return arn is not None and (account or names_an_account(arn))


def test_every_service_is_let_in_for_our_own_resources_only(stage: Deployment) -> None:
    found = services(stage)
    assert len(found) > 5
    for resource, service, keys in found:
        assert is_fenced(resource, service, keys), f"{resource}: {service} for anybody's {keys}"


def test_a_function_is_invoked_for_a_source_that_is_named(stage: Deployment) -> None:
    for permission in stage.all("AWS::Lambda::Permission"):
        assert "SourceArn" in permission.properties, permission
        assert "SourceAccount" in permission.properties or names_an_account(
            permission.properties["SourceArn"]
        ), permission


@pytest.mark.parametrize("dropped", ["aws:SourceAccount", "aws:SourceArn"])
def test_a_bucket_of_a_stranger_is_seen(production: Deployment, dropped: str) -> None:
    [(resource, service, keys)] = [
        each for each in services(production) if each[0].id.startswith("UploadsPolicy")
    ]
    assert is_fenced(resource, service, keys)
    del keys[dropped]
    assert not is_fenced(resource, service, keys)
