"""Schemathesis against the document: whatever it sends, no 5xx and no undocumented answer."""

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis

from darkroom.refusals import Reason
from functions.query_catalog import handler, questions
from tests.conformance import CHECKS, a_few
from tests.functions.conftest import a_world
from tests.functions.querying import ADMIN, DOCUMENT, Api, event_of
from tests.messages import Context
from tests.pictures import any_picture

StartResponse = Callable[[str, list[tuple[str, str]]], object]


def gateway(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Stand between WSGI and the handler as API Gateway does between HTTP and it."""
    size = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(size).decode("utf-8", "replace") if size else None
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace").replace("%", "%25")
    headers = {n[5:].lower().replace("_", "-"): v for n, v in environ.items() if n[:5] == "HTTP_"}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    headers.pop("accept-encoding", None)
    query = environ.get("QUERY_STRING", "")
    event = event_of(environ["REQUEST_METHOD"], path, ADMIN, query=query, body=body)
    event["headers"] = headers
    event["rawPath"] = path
    context: Any = Context()
    answer = handler.handler(event, context)
    status = HTTPStatus(answer["statusCode"])
    start_response(f"{status.value} {status.phrase}", list(answer["headers"].items()))
    return [(answer.get("body") or "").encode()]


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with a_world() as world:
        world.put("alice/a.jpg", any_picture())
        yield Api(world)


schema = schemathesis.openapi.from_wsgi("/openapi.json", gateway)


@schema.parametrize()
@a_few
def test_whatever_is_sent_is_answered_as_documented(case: Any, api: Api) -> None:
    case.call_and_validate(checks=CHECKS)


def test_the_document_has_the_routes_of_the_code_and_no_others() -> None:
    routes = [*handler.app._static_routes, *handler.app._dynamic_routes]
    ours = {(route.method.lower(), route.path) for route in routes}
    rules = {"<id_>": "{id}", "[^/]+": "{owner}"}
    for rule, name in rules.items():
        ours = {(method, path.replace(rule, name)) for method, path in ours}
    paths = DOCUMENT["paths"].items()
    assert ours == {(method, path) for path, operations in paths for method in operations}


def test_the_document_has_the_parameters_of_the_code() -> None:
    listed = DOCUMENT["paths"]["/images"]["get"]["parameters"]
    assert {each["name"] for each in listed} == questions.READERS.keys()
    [states] = [each["schema"]["enum"] for each in listed if each["name"] == "state"]
    assert tuple(states) == questions.STATES
    [formats] = [each["schema"]["enum"] for each in listed if each["name"] == "format"]
    assert tuple(formats) == questions.FORMATS
    [reasons] = [each["schema"]["enum"] for each in listed if each["name"] == "reason"]
    assert reasons == list(Reason)


def test_each_operation_tells_of_the_answer_to_too_many_requests() -> None:
    operations = [each for path in DOCUMENT["paths"].values() for each in path.values()]
    assert all("429" in each["responses"] for each in operations)


def test_only_health_and_the_document_are_anonymous() -> None:
    paths = DOCUMENT["paths"].items()
    open_to_all = {p for p, ops in paths for op in ops.values() if op.get("security") == []}
    assert open_to_all == set(handler.ANONYMOUS)
