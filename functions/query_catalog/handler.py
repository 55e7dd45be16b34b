"""A request of the HTTP API in; what the catalog and the report answer out."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError, HTTPClientError

from darkroom.batches import Throttled
from darkroom.observability import logger, observed
from darkroom.smoke import Checks
from functions.query_catalog.callers import Caller
from functions.query_catalog.parameters import only
from functions.query_catalog.picture_routes import router as pictures
from functions.query_catalog.problems import Problem, Unknown
from functions.query_catalog.report_routes import router as figures
from functions.query_catalog.requests import caller, query, raw
from functions.query_catalog.resources import settings
from functions.query_catalog.smoke import checks
from functions.query_catalog.upload_routes import router as uploads

PROBLEM = "application/problem+json"
ANONYMOUS = ("/health", "/openapi.json")
BUSY = {
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "ServiceUnavailable",
    "InternalServerError",  # DynamoDB's
    "InternalError",  # S3's
}
# Powertools compresses wherever it reads "gzip".
REFUSES_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)", re.IGNORECASE)
DOCUMENT = Path(__file__).with_name("openapi.json")

app = APIGatewayHttpResolver()


def smoke() -> Checks:
    """Return what this version must be able to do before it gets any traffic."""
    return checks(settings())


@observed(smoke=smoke)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an HTTP API's event of payload version 2."""
    return query_catalog(event, context)


def query_catalog(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a request; the log line says which route, never who or what."""
    request = event["requestContext"].get("requestId", "")
    logger.set_correlation_id(request)
    answer = app.resolve(_as_accepted(event), context)
    answer.setdefault("headers", {}).update({"X-Correlation-Id": request, **ALWAYS})
    logger.info("answered", extra={"route": event.get("routeKey"), "status": answer["statusCode"]})
    return answer


def _as_accepted(event: dict[str, Any]) -> dict[str, Any]:
    """Return *event* without a word of gzip if its caller refuses that."""
    headers = event.get("headers") or {}
    if not REFUSES_GZIP.search(headers.get("accept-encoding", "")):
        return event
    return {**event, "headers": {**headers, "accept-encoding": "identity"}}


ALWAYS = {"X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding, Authorization"}


def only_callers(app: APIGatewayHttpResolver, following: NextMiddleware) -> Response[Any]:
    """Let nobody past whom no authorizer has seen, but to the anonymous routes."""
    if app.current_event.path not in ANONYMOUS:
        app.context["caller"] = Caller.of(raw(app)["requestContext"])
    return following(app)


app.use(middlewares=[only_callers])
app.include_router(pictures)
app.include_router(uploads)
app.include_router(figures)


@app.get("/health")
def health() -> dict[str, Any]:
    """Answer that there is an answer."""
    only(query(app))
    return {"status": "ok"}


@app.get("/openapi.json", compress=True)
def document() -> Response[str]:
    """Answer with the description of this API."""
    only(query(app))
    return Response(200, "application/json", openapi(), {"Cache-Control": "public, max-age=300"})


@app.get("/me")
def me() -> dict[str, Any]:
    """Answer with who calls."""
    only(query(app))
    owner = caller(app).owner
    prefix = f"{owner}/" if owner else None
    return {"owner": owner, "admin": caller(app).admin, "upload_prefix": prefix}


def refuse(problem: Problem) -> Response[str]:
    """Answer with what is wrong."""
    body = json.dumps(problem.as_json(), ensure_ascii=False, separators=(",", ":"))
    headers = {"Cache-Control": "no-store", **problem.headers}
    return Response(problem.status, PROBLEM, body, headers)


def busy(error: ClientError) -> Response[str]:
    """Let the caller come back if AWS has no time; whatever else it says is our mistake.

    Raises:
        ClientError: if it is: Lambda must count it, for a roll-out goes by that.
    """
    if error.response["Error"]["Code"] not in BUSY:
        raise error
    return come_back(error)


def come_back(error: Exception) -> Response[str]:
    """Let the caller come back."""
    logger.warning("aws is busy", extra={"error": str(error)})
    return refuse(Problem(503, "AWS is busy", headers={"Retry-After": "1"}))


@app.not_found
def unknown(_: NotFoundError) -> Response[str]:
    """Answer that there is no such route, or no such method of it."""
    path = app.current_event.path
    routes = [*app._static_routes, *app._dynamic_routes]
    methods = sorted({route.method for route in routes if route.rule.match(path)})
    if methods:
        allow = {"Allow": ", ".join(methods)}
        return refuse(Problem(405, "the route has no such method", methods, headers=allow))
    return refuse(Unknown("there is no such route"))


app.exception_handler(Problem)(refuse)
app.exception_handler(ClientError)(busy)
app.exception_handler(Throttled)(come_back)
app.exception_handler(HTTPClientError)(come_back)


@cache
def openapi() -> str:
    """Return the document, read once."""
    return DOCUMENT.read_text()
