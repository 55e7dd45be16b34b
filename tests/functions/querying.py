"""An HTTP API in front of the real query_catalog: every answer is held to its document."""

import gzip
import json
import re
from base64 import b64decode
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

import jsonschema_rs

from functions.query_catalog import handler as query_catalog
from functions.query_catalog.identifiers import id_of
from tests.functions.conftest import World
from tests.messages import Context, example, notification, sqs_event

DOCUMENT = json.loads(
    (Path(query_catalog.__file__).parent / "openapi.json").read_text(encoding="utf-8")
)
ANYBODY, PROGRAM, ADMIN = "", "iam", "admin"
METHODS = ("get", "post", "delete")


@dataclass(frozen=True)
class Answer:
    """What came back; ``body`` is parsed JSON."""

    status: int
    headers: dict[str, str]
    body: Any

    def faults(self) -> dict[str, Any]:
        """Return what is wrong by where it is."""
        return {fault["where"]: fault for fault in self.body.get("errors", [])}


@dataclass
class Api:
    """Calls the handler as API Gateway does; *who* is an owner, `ADMIN`, `PROGRAM` or `ANYBODY`."""

    world: World
    seen: set[tuple[str, str, int]] = field(default_factory=set)

    def get(self, path: str, who: str = "alice", **query: Any) -> Answer:
        """GET a path."""
        return self.call("GET", path, who, query=urlencode(query))

    def post(self, path: str, body: Any = None, who: str = "alice") -> Answer:
        """POST a JSON body."""
        return self.call("POST", path, who, body=json.dumps(body))

    def delete(self, path: str, who: str = "alice", **query: Any) -> Answer:
        """DELETE a path."""
        return self.call("DELETE", path, who, query=urlencode(query))

    def call(self, method: str, path: str, who: str = "alice", **how: Any) -> Answer:
        """Send a request; hold what comes back to the document."""
        context: Any = Context()
        answer = query_catalog.handler(event_of(method, path, who, **how), context)
        told = read(answer)
        check(method, path, told)
        self.seen.add((method.lower(), template_of(path), told.status))
        return told

    def develop(self, *keys: str) -> None:
        """Let both consumers hear of keys."""
        from functions.index_metadata import handler as index_metadata
        from functions.make_thumbnails import handler as make_thumbnails

        context: Any = Context()
        for consumer in (index_metadata, make_thumbnails):
            answer = consumer.handler(sqs_event(*map(notification, keys)), context)
            assert answer == {"batchItemFailures": []}

    def upload(self, key: str, body: bytes) -> str:
        """Upload a picture and let it develop; return its id."""
        self.world.put(key, body)
        self.develop(key)
        return id_of(key)


def event_of(
    method: str,
    path: str,
    who: str,
    *,
    query: str = "",
    body: str | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return the event that API Gateway makes of a request."""
    event: dict[str, Any] = example("http_api_iam" if who == PROGRAM else "http_api_jwt")
    event["rawPath"] = decoded_path(path)
    event["rawQueryString"] = query
    event["requestContext"]["http"] |= {"method": method, "path": event["rawPath"]}
    event["routeKey"] = f"{method} {template_of(path)}"
    event["headers"] = {"content-type": "application/json", **(headers or {})}
    if body is not None:
        event["body"] = body
    if who == ANYBODY:
        del event["requestContext"]["authorizer"]
    elif who != PROGRAM:
        claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
        claims["custom:owner"] = who
        if who == ADMIN:
            del claims["custom:owner"]
            claims["cognito:groups"] = "[admins other]"
    return event


def decoded_path(path: str) -> str:
    """Decode a path as an HTTP API does: all but the per cent sign."""
    return "%25".join(unquote(part) for part in re.split("%25", path))


def read(answer: dict[str, Any]) -> Answer:
    """Read the handler's answer, compressed or not."""
    body = answer.get("body") or ""
    if answer.get("isBase64Encoded"):
        body = gzip.decompress(b64decode(body)).decode()
    return Answer(answer["statusCode"], answer["headers"], json.loads(body) if body else None)


def template_of(path: str) -> str:
    """Return the path of the document that *path* is of; itself if there is none."""
    for template in DOCUMENT["paths"]:
        if re.fullmatch(re.sub("{.*?}", "[^/]+", template), path):
            return str(template)
    return path


def check(method: str, path: str, answer: Answer) -> None:
    """Hold an answer to the document: its status, its type and its body's schema."""
    operations = DOCUMENT["paths"].get(template_of(path), {})
    if method.lower() not in operations:
        assert answer.status in (401, 403, 404, 405)
        return
    responses = operations[method.lower()]["responses"]
    assert str(answer.status) in responses, f"{answer.status} of {method} {path}: {answer.body}"
    documented = responses[str(answer.status)]
    if "$ref" in documented:
        documented = DOCUMENT["components"]["responses"][documented["$ref"].rpartition("/")[2]]
    if "content" not in documented:
        assert answer.body is None
        return
    kind = answer.headers["Content-Type"]
    errors = list(
        validator(json.dumps(documented["content"][kind]["schema"])).iter_errors(answer.body)
    )
    assert not errors, f"{method} {path}: {errors[0]} of {answer.body}"


@cache
def validator(schema: str) -> Any:
    """Return what holds a value to a schema of the document."""
    whole = {"allOf": [json.loads(schema)], "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(whole)


def path_of(key: str, *rest: str) -> str:
    """Return the path of a picture."""
    return "/".join(("/images", id_of(key), *rest))


def usage_path(owner: str) -> str:
    """Return the path of an owner's usage."""
    return f"/owners/{quote(owner, safe='')}/usage"
