"""A deployed app on moto: its buckets, tables, queues and topics, and the real consumers."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.uploads import keys_in
from functions.index_metadata import handler as index_metadata
from functions.make_thumbnails import handler as make_thumbnails
from functions.report_changes import handler as report_changes
from operations import queues
from operations.answers import Answer
from operations.connection import App
from operations.options import parser
from tests.functions.conftest import World, world  # noqa: F401 - a fixture
from tests.messages import Context, notification, sqs_event, stream_record
from tests.operations.mappings import STREAM, Mappings
from tests.pictures import any_picture

HANDLERS: list[Callable[[dict[str, Any], LambdaContext], dict[str, Any]]] = [
    index_metadata.handler,
    make_thumbnails.handler,
]
CONTEXT: Any = Context()


@dataclass
class Deployed:
    """The app as an operator reaches it, and a hand that plays S3, SNS and the stream."""

    app: App
    world: World
    mappings: Mappings
    position: int = 0
    sources: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let SQS tell which queue gave a message up, which moto leaves out."""
        events = self.app.client("sqs").meta.events
        events.register("after-call.sqs.ReceiveMessage", self._name_the_source)

    def _name_the_source(self, parsed: dict[str, Any], **_: Any) -> None:
        for message in parsed.get("Messages", []):
            if source := self.sources.get(message["MessageId"]):
                message.get("Attributes", {})["DeadLetterQueueSourceArn"] = source

    def run(self, *arguments: str) -> Answer:
        """Run a command as the command line would."""
        options = parser().parse_args(list(arguments))
        answer: Answer = options.command(self.app, options)
        return answer

    def put(self, key: str, body: bytes | None = None) -> str:
        """Upload a picture and let everybody hear of it; return its version."""
        version = self.world.put(key, any_picture() if body is None else body)
        self.announce(key)
        return version

    def delete(self, key: str) -> None:
        """Delete a key and let everybody hear of it."""
        self.world.delete(key)
        self.announce(key)

    def announce(self, key: str) -> None:
        """Let the consumers handle *key*, and the report what they wrote."""
        self.consume(key)
        for facet in ("METADATA", "THUMBNAILS"):
            found = self.world.facet(key, facet)
            new = {name: value for name, value in found.items() if name not in ("pk", "sk")}
            self.position += 1
            record = stream_record(new, position=self.position, key=key, facet=facet)
            answer = report_changes.handler({"Records": [record]}, CONTEXT)
            assert answer == {"batchItemFailures": []}

    def consume(self, key: str) -> None:
        """Let the consumers handle *key*; what they wrote stays in the stream."""
        for handler in HANDLERS:
            assert handler(sqs_event(notification(key)), CONTEXT) == {"batchItemFailures": []}

    def send(self, output: str, body: str, **attributes: str) -> str:
        """Put a message into a queue; return its id."""
        said = {n: {"DataType": "String", "StringValue": v} for n, v in attributes.items()}
        answer = self.app.client("sqs").send_message(
            QueueUrl=self.app.output(output), MessageBody=body, MessageAttributes=said
        )
        return str(answer["MessageId"])

    def give_up_on(self, body: str, output: str = "MakeThumbnailsQueue") -> str:
        """Let a message fail until it is in the dead letters; return its id."""
        sqs, url = self.app.client("sqs"), self.app.output(output)
        sent = self.send(output, body)
        self.sources[sent] = _arn(url)
        while sqs.receive_message(QueueUrl=url, VisibilityTimeout=0).get("Messages"):
            pass
        return sent

    def take(self, output: str) -> list[str]:
        """Take all visible messages out of a queue; return their bodies."""
        sqs, url = self.app.client("sqs"), self.app.output(output)
        bodies = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return sorted(bodies)

    def fail_changes_of(self, *keys: str) -> str:
        """Leave a batch of changes in the failures bucket as Lambda does; return its name."""
        records = [{"dynamodb": {"Keys": {"pk": {"S": key}, "sk": {"S": "x"}}}} for key in keys]
        body = {
            "requestContext": {
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 11,
            },
            "responseContext": {"functionError": "Unhandled"},
            "payload": json.dumps({"Records": records}),
        }
        name = f"aws/lambda/uuid/{len(keys)}"
        bucket = self.app.output("ReportChangesFailures")
        self.world.s3.put_object(Bucket=bucket, Key=name, Body=json.dumps(body))
        return name


def repaired(body: str) -> str:
    """Return the key of a message that asks for a repair."""
    [key] = keys_in(body)
    return key


@pytest.fixture
def deployed(world: World, monkeypatch: pytest.MonkeyPatch) -> Deployed:  # noqa: F811
    """Make the app's queues, topics and buckets around its tables, all empty."""
    monkeypatch.setattr(queues, "WAIT_SECONDS", 0)
    outputs = {
        "OriginalsBucket": "originals",
        "ThumbnailsBucket": "thumbnails",
        "CatalogTable": "catalog",
        "ReportTable": "report",
        "Facets": "METADATA,THUMBNAILS",
        "ReportShards": "4",
        "ThumbnailsDays": "never",
        "ReportChangesFailures": "failures",
        "ReportChangesFunction": "ReportChanges-function",
        "AnnounceChangesFunction": "AnnounceChanges-function",
        "ReportsBucket": "reports",
    }
    location: Any = {"LocationConstraint": "eu-west-1"}
    for bucket in ("failures", "reports"):
        world.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
    outputs |= _topic_and_queues()
    sources = dict(_sources(outputs))
    outputs["EventSourceMappings"] = ",".join(sources)
    resource: Any = boto3.resource
    app = App(outputs, _client, resource, "a test")
    return Deployed(app, world, Mappings(app.client("lambda"), sources))


def _sources(outputs: dict[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the mappings of the app by uuid: the source's ARN, and the function."""
    for consumer in ("MakeThumbnails", "IndexMetadata"):
        for queue in (f"{consumer}Queue", f"{consumer}RepairsQueue"):
            yield str(uuid4()), (_arn(outputs[queue]), outputs[f"{consumer}Function"])
    for consumer in ("ReportChanges", "AnnounceChanges"):
        yield str(uuid4()), (STREAM, outputs[f"{consumer}Function"])


def _topic_and_queues() -> dict[str, str]:
    outputs = {"RepairsTopic": boto3.client("sns").create_topic(Name="repairs")["TopicArn"]}
    for consumer in ("MakeThumbnails", "IndexMetadata"):
        outputs[f"{consumer}Function"] = f"{consumer}-function"
        outputs[f"{consumer}DeadLetters"] = dead = _queue(f"{consumer}DeadLetters")
        outputs[f"{consumer}Undelivered"] = _queue(f"{consumer}Undelivered")
        policy = json.dumps({"deadLetterTargetArn": _arn(dead), "maxReceiveCount": 2})
        for kind in ("Queue", "RepairsQueue"):
            name = f"{consumer}{kind}"
            outputs[name] = _queue(name, RedrivePolicy=policy)
        boto3.client("sns").subscribe(
            TopicArn=outputs["RepairsTopic"],
            Protocol="sqs",
            Endpoint=_arn(outputs[f"{consumer}RepairsQueue"]),
            Attributes={"RawMessageDelivery": "true"},
        )
    return outputs


def _queue(name: str, **attributes: str) -> str:
    settings: Any = attributes
    made = boto3.client("sqs").create_queue(QueueName=name, Attributes=settings)
    return made["QueueUrl"]


def _arn(url: str) -> str:
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])


def _client(service: str) -> Any:
    """Return a client that answers what moto has not as the local cloud does."""
    client: Any = boto3.client(service)  # type: ignore[call-overload]
    if service == "sqs":
        for action in ("StartMessageMoveTask", "ListMessageMoveTasks"):
            client.meta.events.register(f"before-call.sqs.{action}", _unknown_action)
    return client


def _unknown_action(**_: Any) -> tuple[Any, dict[str, Any]]:
    class Answer:
        status_code = 400

    return Answer(), {"Error": {"Code": "InvalidAction", "Message": "not valid here"}}
