"""What CodeDeploy's hooks have in common: a check, and a verdict that is given whatever happens."""

from collections.abc import Callable
from functools import cache
from typing import Any

import boto3

from darkroom.observability import count, logger


def give_verdict(event: dict[str, Any], check: Callable[[str], object]) -> dict[str, Any]:
    """Let *check* judge the deployment that a hook's event names, and tell CodeDeploy.

    Whatever it raises is a verdict: a hook that says nothing keeps its deployment waiting for an
    hour. If the verdict cannot be told, that is raised, and Lambda invokes the hook again.
    """
    deployment = event["DeploymentId"]
    verdict = {"status": _status(deployment, check)}
    codedeploy().put_lifecycle_event_hook_execution_status(
        deploymentId=deployment,
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=verdict["status"],
    )
    return {"deployment": deployment, **verdict}


def _status(deployment: str, check: Callable[[str], object]) -> Any:
    try:
        check(deployment)
    except Exception:
        logger.exception("the deployment is refused", extra={"deployment": deployment})
        count("Refused")
        return "Failed"
    logger.info("the deployment may go on", extra={"deployment": deployment})
    return "Succeeded"


@cache
def codedeploy() -> Any:
    """Return the client; made on first use."""
    return boto3.client("codedeploy")
