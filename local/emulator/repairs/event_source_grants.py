"""Read a queue or a stream for a function only as far as the function's role may.

Gap: ministack reads every event source itself, whatever the role allows.
Consequence: an app whose role lacks a grant on its queue or stream works here and not on AWS.
Repair: refuse to create such a mapping, as Lambda does, and do not poll for one whose role lost
its grants. Only the role's own policies count.
"""

import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

from local.emulator.repairs.role_policies import role_allows
from local.emulator.repairs.scope import request_scope

# What Lambda's execution role needs ("Create a mapping" in its guide for each source).
NEEDED = {
    "sqs": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "dynamodb": ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"),
}
TRUSTED_SECONDS = 0.5  # the poll thread comes by dozens of times a second

Mapping = dict[str, Any]


def apply() -> None:
    skip_denied_mappings()
    refuse_in_api()
    refuse_in_templates()


def skip_denied_mappings() -> None:
    every_mapping = lambda_svc._iter_all_esms
    known: dict[str, tuple[float, str | None]] = {}

    def allowed_mappings() -> Iterator[tuple[str, str, Mapping]]:
        for account, region, mapping in every_mapping():
            checked_at, denied = known.get(mapping["UUID"], (0.0, None))
            if time.monotonic() - checked_at > TRUSTED_SECONDS:
                with request_scope(account, region):
                    denied = denied_action(mapping, needed_to_read(mapping))
                known[mapping["UUID"]] = time.monotonic(), denied
            if denied is None:
                yield account, region, mapping
            else:
                mapping["LastProcessingResult"] = f"PROBLEM: {refusal(mapping, denied)}"

    lambda_svc._iter_all_esms = allowed_mappings


def refuse_in_api() -> None:
    create = lambda_svc._create_esm

    def create_if_allowed(request: dict[str, Any]) -> Any:
        response = create(request)
        identifier = json.loads(response[2]).get("UUID")
        if identifier and (reason := withdraw_if_denied(identifier)):
            return lambda_svc.error_response_json("InvalidParameterValueException", reason, 400)
        return response

    lambda_svc._create_esm = create_if_allowed


def refuse_in_templates() -> None:
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::EventSourceMapping"]
    create = handlers["create"]

    def create_if_allowed(*arguments: Any) -> Any:
        created = create(*arguments)
        if reason := withdraw_if_denied(created[0]):
            raise ValueError(reason)
        return created

    handlers["create"] = create_if_allowed


def withdraw_if_denied(identifier: str) -> str | None:
    """Delete a mapping that should not have been made; return why."""
    mapping = lambda_svc._esms[identifier]
    needed = [*needed_to_read(mapping), *needed_to_keep(mapping)]
    denied = denied_action(mapping, needed)
    if denied is None:
        return None
    lambda_svc._delete_esm(identifier)
    return refusal(mapping, denied)


def denied_action(mapping: Mapping, needed: Iterable[tuple[str, str]]) -> str | None:
    """The first needed action that the role of the mapping's function does not allow."""
    function, config = lambda_svc._get_func_record_for_qualifier(
        mapping["FunctionName"], mapping.get("Qualifier")
    )
    if function is None:
        return None
    return next((a for a, resource in needed if not role_allows(config, a, resource)), None)


def needed_to_read(mapping: Mapping) -> Iterator[tuple[str, str]]:
    source = mapping["EventSourceArn"]
    service = source.split(":")[2]
    return ((f"{service}:{action}", source) for action in NEEDED.get(service, ()))


def needed_to_keep(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """What is asked for only once: a grant that goes later costs batches, not deliveries."""
    on_failure = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
    if on_failure.startswith("arn:aws:s3:::"):
        yield "s3:ListBucket", on_failure
        yield "s3:PutObject", f"{on_failure}/*"


def refusal(mapping: Mapping, action: str) -> str:
    return (
        f"The function execution role does not have permissions to call {action} "
        f"for {mapping['EventSourceArn']}"
    )
