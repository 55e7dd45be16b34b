"""What the role of a function allows, by its own policies."""

from typing import Any

from ministack.core.iam_evaluator import EvalContext, _gather_role_policies, evaluate


def role_allows(config: dict[str, Any], action: str, resource: str) -> bool:
    """Tell whether the role of the function with this configuration may do *action*."""
    region, account = config["FunctionArn"].split(":")[3:5]
    role = config["Role"].rsplit("/", 1)[-1]
    context = EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{role}/{config['FunctionName']}",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=region,
    )
    return bool(evaluate(context, _gather_role_policies(role, account)).decision == "Allow")
