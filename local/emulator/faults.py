"""Let requests of the functions go wrong as AWS's own now and then do, by the rules in the home.

Only what functions send with the credentials of their roles is concerned: not the root user, who
deploys, uploads and looks, and not what Lambda itself does in a function's name.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

from ministack.core.iam_actions import extract_iam_action
from ministack.core.responses import error_response_json
from ministack.core.router import extract_access_key_id
from ministack.services import dynamodb, iam, s3, sts

from local.emulator.fault_rules import FaultRules, Rule
from local.emulator.repairs.role_credentials import trusts_lambda
from local.emulator.repairs.stream_failures import SESSION
from local.emulator.settings import Settings

Response = tuple[int, dict[str, str], Any]
Handle = Callable[..., Awaitable[Response]]


def apply(settings: Settings) -> None:
    rules = FaultRules(settings.home)
    s3.handle_request = faulty(s3.handle_request, "s3", rules)
    dynamodb.handle_request = faulty(dynamodb.handle_request, "dynamodb", rules)


def faulty(handle: Handle, service: str, rules: FaultRules) -> Handle:
    async def handle_or_fail(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, Any],
        **options: Any,
    ) -> Response:
        arguments = (method, path, headers, body, query)
        # Whoever is no function pays a look at a file's date, and nothing while there is none.
        for rule in rules.current():
            operation = operation_of(service, *arguments)
            if not rule.covers(service, operation) or not is_of_a_function(headers, query):
                continue
            if random.random() >= rule.rate:  # noqa: S311 - chance, not a secret
                continue
            rules.note(rule, operation)
            if rule.fault == "AnswerLost":
                answer = await handle(*arguments, **options)
                return lost(service) if answer[0] < 300 else answer
            if rule.fault != "Late":
                return refusal(rule, body)
            await asyncio.sleep(rule.seconds)
        return await handle(*arguments, **options)

    return handle_or_fail


def operation_of(service: str, *request: Any) -> str:
    """The operation by the name that policies give it, such as `PutObject`."""
    return str(extract_iam_action(service, *request)).partition(":")[2]


def is_of_a_function(headers: dict[str, str], query: dict[str, Any]) -> bool:
    session = sts._sessions.get(extract_access_key_id(headers, query)) or {}
    _, kind, rest = str(session.get("Arn", "")).rpartition(":assumed-role/")
    name, _, of = rest.partition("/")
    role = iam._roles.get(name)
    return bool(kind and role and trusts_lambda(role) and of != SESSION)


def lost(service: str) -> Response:
    message = "We encountered an internal error. Please try again."
    if service == "s3":
        return answer(s3._error("InternalError", message, 500))
    return answer(error_response_json("InternalServerError", message, 500))


def refusal(rule: Rule, body: bytes) -> Response:
    """The answer by which AWS says no without having done anything."""
    if rule.fault == "SlowDown":
        return answer(s3._error("SlowDown", "Please reduce your request rate.", 503))
    if rule.fault == "TransactionConflict":
        return cancelled(body)
    return answer(error_response_json(rule.fault, "The level of requests is too high.", 400))


def cancelled(body: bytes) -> Response:
    """The answer to a transaction of which another one holds the first item."""
    others = [{"Code": "None"}] * (len(json.loads(body)["TransactItems"]) - 1)
    message = "Transaction is ongoing for the item"
    reasons = [{"Code": "TransactionConflict", "Message": message}, *others]
    codes = ", ".join(reason["Code"] for reason in reasons)
    summary = "Transaction cancelled, please refer cancellation reasons for specific reasons"
    return answer(
        error_response_json(
            "TransactionCanceledException",
            f"{summary} [{codes}]",
            400,
            {"CancellationReasons": reasons},
        )
    )


def answer(response: Any) -> Response:
    status, headers, body = response
    return int(status), headers, body
