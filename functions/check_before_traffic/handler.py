"""A deployment that CodeDeploy is about to begin in; whether it may out."""

import json
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from darkroom.deployments import codedeploy, give_verdict
from darkroom.observability import logger, observed
from darkroom.settings import from_environment
from darkroom.smoke import EVENT, Checks, SmokeTestFailed
from functions.check_before_traffic.revision import Version, new_versions
from functions.check_before_traffic.settings import Settings


def smoke() -> Checks:
    """Return what this version must be able to do before it gets any traffic."""
    return {"settings": settings}


@observed(smoke=smoke)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer with the verdict that CodeDeploy was told."""
    return give_verdict(event, check_before_traffic)


def check_before_traffic(deployment: str) -> None:
    """Let each version that a deployment brings test itself.

    Raises:
        SmokeTestFailed: if one cannot do what it is for.
        ValueError: if the deployment does not say which version it brings.
    """
    for version in new_versions(_revision(deployment)):
        smoke_test(version)


def smoke_test(version: Version) -> None:
    """Invoke a version with the event that asks it for its smoke test; raise if it is no good."""
    answer = lambda_client().invoke(
        FunctionName=version.function, Qualifier=version.number, Payload=json.dumps(EVENT)
    )
    said = json.loads(answer["Payload"].read())
    logger.info("smoke test", extra={"tested": version._asdict(), "answer": said})
    # One that knows no smoke tests takes the event for work, and may even answer in peace.
    if "FunctionError" in answer or not said.get("checked") or said.get("failed"):
        raise SmokeTestFailed(f"{version.function} {version.number}: {said}")


def _revision(deployment: str) -> dict[str, Any]:
    """Return what the deployment brings; GetDeployment itself names only the content's hash."""
    found = codedeploy().get_deployment(deploymentId=deployment)["deploymentInfo"]
    answer = codedeploy().get_application_revision(
        applicationName=found["applicationName"], revision=found["revision"]
    )
    return dict(answer["revision"])


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)


@cache
def lambda_client() -> Any:
    """Return the client that invokes versions, and waits as long as one may take."""
    patience = settings().patience_seconds
    config = Config(read_timeout=patience, retries={"total_max_attempts": 1})
    return boto3.client("lambda", config=config)
