"""Findings of the guardrails that are meant: each accepted where it is found, with its reason."""

from typing import Any, cast

from aws_cdk import Acknowledgment, CfnResource, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

NAG_PACKS = ("AwsSolutions", "Serverless")
MAIL = "SNS tries a mailbox again by itself; alarms and failures stay to be seen where they arose."


def accept(construct: IConstruct, *findings: str, because: str) -> None:
    """Accept what cdk-nag, checkov (`CKV_…`) or cfn-lint (`W3005`) finds on a construct.

    The tools read it themselves: cdk-nag from the construct, the others from the resource's
    metadata in the template. `tests/guard` refuses what is accepted but no longer found.
    """
    for finding in findings:
        pack = finding.split("-")[0]
        if pack in NAG_PACKS:
            Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=because))
        elif finding.startswith("CKV"):
            _metadata(construct, "checkov", "skip", {"id": finding, "comment": because})
        else:
            _ignore_lint(construct, finding, because)


def accept_objects(role: iam.Role, bucket: s3.IBucket, pattern: str = "*", *, because: str) -> None:
    """Accept that a role may reach objects by a pattern of keys, as cdk-nag names that finding."""
    home, stack = Stack.of(bucket), Stack.of(role)
    if home is stack:
        logical_id, attribute = stack.resolve(bucket.bucket_arn)["Fn::GetAtt"]
        name = f"<{logical_id}.{attribute}>"
    else:
        # The export that the reference would make by itself, a little earlier.
        name = stack.resolve(home.export_value(bucket.bucket_arn))["Fn::ImportValue"]
    accept(role, f"AwsSolutions-IAM5[Resource::{name}/{pattern}]", because=because)


def _metadata(construct: IConstruct, tool: str, section: str, entry: object) -> None:
    resource = _resource(construct)
    metadata: dict[str, Any] = resource.get_metadata(tool) or {}
    resource.add_metadata(tool, {**metadata, section: [*metadata.get(section, []), entry]})


def _ignore_lint(construct: IConstruct, rule: str, because: str) -> None:
    resource = _resource(construct)
    metadata: dict[str, Any] = resource.get_metadata("cfn-lint") or {}
    ignored = metadata.get("config", {}).get("ignore_checks", [])
    reasons = {**metadata.get("because", {}), rule: because}
    resource.add_metadata(
        "cfn-lint", {"config": {"ignore_checks": [*ignored, rule]}, "because": reasons}
    )


def _resource(construct: IConstruct) -> CfnResource:
    found = construct if CfnResource.is_cfn_resource(construct) else construct.node.default_child
    return cast(CfnResource, found)
