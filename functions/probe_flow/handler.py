"""A tick of the schedule in; a picture sent all the way, and how long it took, out."""

from functools import cache
from typing import Any
from uuid import uuid4

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.observability import count, logger, metrics, observed
from darkroom.probe import Probe, ProbeFailed
from darkroom.settings import from_environment
from darkroom.smoke import Checks, may_get_item, may_list_versions
from functions.probe_flow.settings import Settings


def smoke() -> Checks:
    """Return what this version must be able to do before it gets any traffic."""
    return checks(settings())


@observed(smoke=smoke)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer with what became of the picture."""
    return {"probe": probe_flow()}


def probe_flow() -> str:
    """Send a picture through, and measure it; a failure is a result, for repeating tells no more.

    Whatever else goes wrong is the probe's own error, and is raised.
    """
    try:
        seconds = Probe(settings(), str(uuid4())).run()
    except ProbeFailed as failure:
        logger.error("the probe did not come through", extra={"failure": str(failure)})
        count("ProbeFailed")
        return str(failure)
    count("ProbeFailed", 0)
    milliseconds = round(seconds * 1000)
    metrics.add_metric(name="ProbeMilliseconds", unit=MetricUnit.Milliseconds, value=milliseconds)
    return "came through"


def checks(needs: Settings) -> Checks:
    """Return what a version must be able to do: each grant to read."""
    return {
        "lists originals": lambda: may_list_versions(needs.originals_bucket),
        "reads the catalog": lambda: may_get_item(needs.catalog_table),
        "reads the report": lambda: may_get_item(needs.report_table),
    }


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)
