"""A deployment whose version has all the traffic in; whether it may stay out."""

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.deployments import give_verdict
from darkroom.observability import observed
from darkroom.probe import Probe
from darkroom.settings import from_environment
from darkroom.smoke import Checks
from functions.check_after_traffic.settings import Settings


def smoke() -> Checks:
    """Return what this version must be able to do before it gets any traffic."""
    return {"settings": settings}


@observed(smoke=smoke)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer with the verdict that CodeDeploy was told."""
    return give_verdict(event, check_after_traffic)


def check_after_traffic(deployment: str) -> float:
    """Send a picture all the way through; return the seconds that it took.

    Raises:
        ProbeFailed: if it does not come through.
    """
    return Probe(settings(), deployment).run()


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)
