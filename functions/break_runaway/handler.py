"""An alarm about a runaway in; the app's event source mappings off out.

Messages and changes wait meanwhile: four days in the queues, one in the stream. A person finds the
cause and switches them on again: `python3 -m operations resume`.
"""

from functools import cache, partial
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.observability import count, logger, observed
from darkroom.settings import from_environment
from darkroom.smoke import Checks
from functions.break_runaway.settings import Settings

OFF = ("Disabling", "Disabled")


def smoke() -> Checks:
    """Return what this version must be able to do before it gets any traffic."""
    return checks(settings())


@observed(smoke=smoke)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer with the mappings that this invocation switched off."""
    alarm = event.get("alarmData", {}).get("alarmName", "someone")
    logger.warning("a runaway is to be stopped", extra={"alarm": alarm})
    return {"disabled": break_runaway()}


def break_runaway() -> list[str]:
    """Switch off each mapping that is on; one that cannot be does not save the others.

    Raises:
        ExceptionGroup: of those that could not be: Lambda invokes us again.
    """
    disabled, errors = [], []
    for mapping in settings().mappings:
        try:
            if _disable(mapping):
                disabled.append(mapping)
        except Exception as error:
            errors.append(error)
    if disabled:
        count("MappingsDisabled", len(disabled))
        logger.warning("event source mappings are off", extra={"disabled": disabled})
    if errors:
        raise ExceptionGroup("event source mappings that are still on", errors)
    return disabled


def _disable(mapping: str) -> bool:
    if lambda_client().get_event_source_mapping(UUID=mapping)["State"] in OFF:
        return False
    lambda_client().update_event_source_mapping(UUID=mapping, Enabled=False)
    return True


def checks(needs: Settings) -> Checks:
    """Return what a version must be able to do: see each mapping."""
    see = lambda_client().get_event_source_mapping
    return {f"sees {mapping}": partial(see, UUID=mapping) for mapping in needs.mappings}


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)


@cache
def lambda_client() -> Any:
    """Return the client that knows the mappings."""
    return boto3.client("lambda")
