"""Let an HTTP API invoke a function only if the function's policy says so.

Gap: ministack invokes whatever an integration names.
Consequence: an API that lacks the permission works here, and on AWS answers 500.
Repair: look for a statement for API Gateway whose source covers the route, and answer as AWS does.
"""

import re
from typing import Any

from ministack.core.arn import execute_api_arn
from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway, lambda_svc

Response = tuple[int, dict[str, str], bytes]
REFUSAL: Response = (
    500,
    {"Content-Type": "application/json"},
    b'{"message":"Internal Server Error"}',
)


def apply() -> None:
    invoke = apigateway._invoke_lambda_proxy

    async def invoke_if_allowed(
        integration: dict[str, Any],
        api: str,
        stage: str,
        path: str,
        method: str,
        *rest: Any,
        **options: Any,
    ) -> Response:
        uri = integration["integrationUri"]
        function = apigateway._extract_lambda_ref_from_integration_uri(uri)
        route = execute_api_arn(get_region(), get_account_id(), api, stage, method, path)
        if not allowed(function, route):
            return REFUSAL
        answer: Response = await invoke(integration, api, stage, path, method, *rest, **options)
        return answer

    apigateway._invoke_lambda_proxy = invoke_if_allowed


def allowed(function: str, route: str) -> bool:
    """Tell whether a policy lets API Gateway call *function*, by the ARN that is called."""
    name = lambda_svc._get_func_record_for_ref_in_scope(
        function, account_id=get_account_id(), region=get_region()
    )[2]
    record = lambda_svc._functions.get(name) or {}
    return any(
        statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
        and statement["Resource"] == function
        and covers(statement.get("Condition", {}), route)
        for statement in record.get("policy", {}).get("Statement", [])
    )


def covers(condition: dict[str, dict[str, str]], route: str) -> bool:
    pattern = next((of["AWS:SourceArn"] for of in condition.values() if "AWS:SourceArn" in of), "*")
    wild = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(wild, route, re.DOTALL) is not None
