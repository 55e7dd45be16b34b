"""Take an action from a function's role, and give it back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.chaos.world import World

# What the functions do in their work. Their queues, their stream and the failures bucket are read
# and written by Lambda: to take those away loses what Lambda wanted to keep, on AWS as well.
ACTIONS = {
    "MakeThumbnails": ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "dynamodb:PutItem"),
    "IndexMetadata": ("s3:GetObject", "dynamodb:GetItem", "dynamodb:PutItem"),
    "ReportChanges": ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
}

Document = dict[str, Any]


@contextmanager
def without(world: World, function: str, action: str) -> Iterator[None]:
    """Let the role of *function* do without *action* for a while."""
    iam, role = world.client("iam"), role_of(world, function)
    policies = {name: document(iam, role, name) for name in names(iam, role)}
    try:
        for name, policy in policies.items():
            put(iam, role, name, less(policy, action))
        yield
    finally:
        for name, policy in policies.items():
            put(iam, role, name, policy)


def role_of(world: World, function: str) -> str:
    found = world.client("lambda").get_function_configuration(FunctionName=world.function(function))
    return str(found["Role"]).rpartition("/")[2]


def names(iam: Any, role: str) -> list[str]:
    return list(iam.list_role_policies(RoleName=role)["PolicyNames"])


def document(iam: Any, role: str, name: str) -> Document:
    found = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    return dict(json.loads(found) if isinstance(found, str) else found)


def less(policy: Document, action: str) -> Document:
    statements = [
        {**statement, "Action": [name for name in listed(statement["Action"]) if name != action]}
        for statement in policy["Statement"]
    ]
    return {**policy, "Statement": [each for each in statements if each["Action"]]}


def listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions


def put(iam: Any, role: str, name: str, policy: Document) -> None:
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))
