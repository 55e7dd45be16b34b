"""Whatever lies in the tables, buckets and queues, the operator's commands end and name it.

`python -m tests.fuzz` runs these for as long as one likes.
"""

import json
import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from operations.answers import Answer, as_plain
from operations.connection import App
from operations.options import parser
from tests.convergence.seams import SHARDS, Ports, installed
from tests.functions.yard import Yard
from tests.malformed import BAD, WELL, Items, catalog_items, report_items, texts

# No deadline: other tests may be using the same processors.
fuzzed = settings(
    deadline=None,
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "30")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
COMMANDS = [
    ["doctor"],
    ["why", BAD],
    ["why", WELL],
    ["dlq", "ls"],
    ["dlq", "show"],
    ["report", "verify"],
    ["report", "show"],
]
OUTPUTS = {
    "OriginalsBucket": "originals",
    "ThumbnailsBucket": "thumbnails",
    "CatalogTable": "catalog",
    "ReportTable": "report",
    "Facets": "METADATA,THUMBNAILS",
    "ReportShards": str(SHARDS),
    "ThumbnailsDays": "never",
    "IndexMetadataQueue": "queue",
    "IndexMetadataDeadLetters": "dead",
    "IndexMetadataFunction": "function",
    "ReportChangesFailures": "failures",
    "EventSourceMappings": "mapping",
}


class Sqs:
    """Queues of which one holds dead letters, each received once until it is given back."""

    def __init__(self, bodies: list[str]) -> None:
        self.bodies = bodies
        self._given = 0

    def get_queue_attributes(self, **request: Any) -> Any:
        size = len(self.bodies) if request["QueueUrl"] == "dead" else 0
        arn = f"arn:aws:sqs:eu-west-1:111122223333:{request['QueueUrl']}"
        return {"Attributes": {"ApproximateNumberOfMessages": str(size), "QueueArn": arn}}

    def receive_message(self, **_: Any) -> Any:
        first, self._given = self._given, self._given + 10
        bodies = self.bodies[first : self._given]
        attributes = {"ErrorCode": {"DataType": "Binary", "BinaryValue": b"?"}}
        return {
            "Messages": [
                {
                    "MessageId": str(first + at),
                    "ReceiptHandle": str(first + at),
                    "Body": body,
                    "MessageAttributes": attributes,
                }
                for at, body in enumerate(bodies)
            ]
        }

    def change_message_visibility_batch(self, **_: Any) -> None:
        self._given = 0

    def list_message_move_tasks(self, **_: Any) -> Any:
        return {"Results": []}


class Functions:
    """Functions of one log group, fed by a mapping that is on."""

    def get_function_configuration(self, **_: Any) -> Any:
        return {"LoggingConfig": {"LogGroup": "group"}}

    def get_event_source_mapping(self, **_: Any) -> Any:
        return {"State": "Enabled"}


class Logs:
    """A log with these lines, which may be anything as well."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def get_paginator(self, _: str) -> Any:
        page = {"events": [{"message": line} for line in self.lines]}
        return SimpleNamespace(paginate=lambda **_: [page])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
NESTED = "[" * 50_000
CONTEXT = {"condition": 1, "approximateInvokeCount": [1]}


@st.composite
def notifications(draw: st.DrawFn) -> str:
    """Draw what looks like a notification, a record of failed changes or a log line, spoilt."""
    about = {"key": draw(json_values | st.just("alice%2Fbad.jpg"))}
    record = {
        "s3": {"object": draw(json_values | st.just(about))},
        "eventName": draw(json_values),
        "dynamodb": {"Keys": {"pk": {"S": draw(json_values | st.just(BAD))}}},
    }
    records = draw(json_values | st.just([record]) | st.just([record, record]))
    envelope = {
        "Records": records,
        "Type": draw(json_values | st.just("Notification")),
        "Message": draw(json_values | st.just(NESTED) | st.just(json.dumps({"Records": records}))),
        "payload": draw(json_values | st.just(NESTED) | st.just(json.dumps({"Records": records}))),
        "requestContext": draw(
            json_values | st.just({"condition": 1, "approximateInvokeCount": []})
        ),
        "responseContext": draw(json_values),
        "message_id": draw(json_values),
        "exception": draw(json_values),
    }
    for name in draw(st.sets(st.sampled_from(sorted(envelope)))):
        del envelope[name]
    return json.dumps(envelope)


deep = st.sampled_from(["[", '{"Records":', '{"Records":[{"eventName":']).flatmap(
    lambda unit: st.integers(1, 50_000).map(lambda depth: unit * depth)
)
balanced = st.integers(900, 3_000).map(lambda depth: "[" * depth + "]" * depth)
bodies = notifications() | texts | deep | balanced | json_values.map(json.dumps)


@pytest.fixture
def ports() -> Iterator[Ports]:
    """Let the real handlers live on tables and buckets in memory."""
    with installed() as ports:
        yield ports


def run(app: App, *arguments: str) -> Answer:
    """Run a command; its answer must have both of its forms."""
    options = parser().parse_args(list(arguments))
    answer: Answer = options.command(app, options)
    assert answer.exit_code in (0, 1)
    json.dumps(answer.as_json(), default=as_plain)
    assert list(answer.lines())
    return answer


def app_of(ports: Ports, letters: list[str]) -> App:
    """Return an app over these ports, with *letters* wherever it may have given up on them."""
    ports.s3.create_bucket(Bucket="failures")
    for number, body in enumerate(letters):
        ports.s3.put_object(Bucket="failures", Key=str(number), Body=body.encode(errors="replace"))
    clients = {"s3": ports.s3, "sqs": Sqs(letters), "logs": Logs(letters), "lambda": Functions()}
    resource = SimpleNamespace(Table=ports.dynamodb.table)
    return App(OUTPUTS, clients.__getitem__, lambda _: resource, "memory")


@fuzzed
@given(
    catalog=st.lists(catalog_items, max_size=3),
    report=st.lists(report_items, max_size=3),
    stray=st.lists(texts.filter(bool), max_size=2),
    letters=st.lists(bodies, max_size=3),
)
def test_every_command_ends_with_an_answer(
    ports: Ports, catalog: Items, report: Items, stray: list[str], letters: list[str]
) -> None:
    yard = Yard(ports)
    yard.write(catalog, report)
    for name in stray:
        ports.s3.put_object(Bucket="thumbnails", Key=name, Body=b"stray")
    app = app_of(ports, letters)

    for command in COMMANDS:
        run(app, *command)
