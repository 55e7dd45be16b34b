"""Grants by name: the verbs a function needs, and no wildcard among them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from aws_cdk import Aws
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from stacks.constructs.accepted import accept_objects

ANY_OBJECT = (
    "Which objects there will be is not known when the role is made: its function reads the keys "
    "from its messages. The bucket and the verbs are named; the table of permissions lists it."
)
ON_THE_BUCKET_ITSELF = frozenset({"s3:ListBucket", "s3:ListBucketVersions"})


class HasRole(Protocol):
    @property
    def role(self) -> iam.Role: ...


def allow(function: HasRole, *actions: str, on: s3.Bucket | dynamodb.TableV2) -> None:
    """Let a function's role do these actions on a bucket (and its objects) or on a table.

    CDK's own `grant_read` and its like give `s3:GetObject*`, `s3:List*` and more: hence this.
    """
    if isinstance(on, s3.Bucket):
        itself = sorted(ON_THE_BUCKET_ITSELF.intersection(actions))
        allow_arn(function, itself, on.bucket_arn)
        objects = [action for action in actions if action not in ON_THE_BUCKET_ITSELF]
        if objects:
            allow_arn(function, objects, on.arn_for_objects("*"))
            accept_objects(function.role, on, because=ANY_OBJECT)
    else:
        allow_arn(function, actions, on.table_arn)


def allow_arn(
    function: HasRole,
    actions: Sequence[str],
    arn: str,
    *,
    when: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    if wild := [action for action in actions if "*" in action]:
        raise ValueError(f"name the actions instead of {', '.join(wild)}")
    if actions:
        function.role.add_to_policy(
            iam.PolicyStatement(actions=list(actions), resources=[arn], conditions=when)
        )


def allow_originals(function: HasRole, originals: s3.Bucket, keys: Sequence[str]) -> None:
    """Let a consumer's role read current versions, also under *keys*, and describe the others."""
    # ListBucket: without it S3 answers 403, not 404, for a key that is gone.
    # ListBucketVersions: an object under SSE-C is described by a listing only.
    reads = ("s3:GetObject", "s3:ListBucket", "s3:ListBucketVersions")
    allow(function, *reads, on=originals)
    allow_decrypt(function, keys)


def allow_decrypt(function: HasRole, keys: Sequence[str]) -> None:
    """Let a function's role read through S3, and by no other way, what is under these keys."""
    via_s3 = {"StringEquals": {"kms:ViaService": f"s3.{Aws.REGION}.{Aws.URL_SUFFIX}"}}
    for key in keys:
        allow_arn(function, ["kms:Decrypt"], key, when=via_s3)


def allow_numbers(function: HasRole) -> None:
    """Let a function's role ask CloudWatch for metrics: an action without resource or condition."""
    allow_arn(function, ["cloudwatch:GetMetricData"], "*")
