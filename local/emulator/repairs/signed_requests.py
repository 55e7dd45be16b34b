"""Let nobody but who signs a request use a route that asks for signatures.

Gap: on an `AWS_IAM` route of an HTTP API any `Authorization` header will do: one that is no
signature is taken for nobody's, and goes on to the function.
Consequence: a token of a user opens the programs' API here, and not on AWS.
Repair: answer 403 unless the header or the query is of Signature Version 4.
"""

from typing import Any

from ministack.services import apigateway

FORBIDDEN = (403, {"Content-Type": "application/json"}, b'{"message":"Forbidden"}')


def apply() -> None:
    handle = apigateway._handle_execute_in_scope

    async def handle_if_signed(
        api: str,
        stage: str,
        path: str,
        method: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, Any],
        *rest: Any,
    ) -> Any:
        asked = apigateway.route_authorization_type(api, stage, method, path)
        if asked == "AWS_IAM" and method != "OPTIONS" and not is_signed(headers, query):
            return FORBIDDEN
        return await handle(api, stage, path, method, headers, body, query, *rest)

    apigateway._handle_execute_in_scope = handle_if_signed


def is_signed(headers: dict[str, str], query: dict[str, Any]) -> bool:
    written = {name.lower(): value for name, value in headers.items()}.get("authorization", "")
    return written.startswith("AWS4-HMAC-SHA256 ") or "X-Amz-Signature" in (query or {})
