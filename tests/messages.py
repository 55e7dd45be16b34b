"""Events in the shape that AWS documents, made from the examples in ``events/``."""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from boto3.dynamodb.types import TypeSerializer

EVENTS = Path(__file__).parent / "events"
_numbers = itertools.count(1)


def example(name: str) -> Any:
    """Read an example."""
    return json.loads((EVENTS / f"{name}.json").read_text())


def notification(*keys: str, kind: str = "s3_object_created_put", **claims: Any) -> dict[str, Any]:
    """Return S3's notification about *keys*; *claims* go into the event's ``object``."""
    template = example(kind)["Records"][0]
    records = []
    for key in keys:
        record = json.loads(json.dumps(template))
        record["s3"]["object"] |= {"key": quote_plus(key, safe="/"), **claims}
        records.append(record)
    return {"Records": records}


def sns_wrapped(message: Any) -> dict[str, Any]:
    """Return *message* as SNS sends it without raw delivery."""
    return {**example("sns_notification"), "Message": json.dumps(message)}


def sqs_event(*bodies: Any) -> dict[str, Any]:
    """Return a batch of one SQS message per body; texts go as they are, the rest as JSON."""
    template = example("sqs_message")
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return {
        "Records": [{**template, "messageId": f"m{next(_numbers)}", "body": text} for text in texts]
    }


def stream_record(
    new: dict[str, Any] | None,
    *,
    position: int,
    key: str = "alice/cat.jpg",
    facet: str = "METADATA",
) -> dict[str, Any]:
    """Return a record of the catalog's stream with the new image *new*; ``None`` for a removal."""
    record = example("dynamodb_stream_record")
    record["eventName"] = "MODIFY" if new else "REMOVE"
    record["dynamodb"] |= {
        "Keys": {"pk": {"S": key}, "sk": {"S": facet}},
        "SequenceNumber": str(position),
    }
    if new:
        record["dynamodb"]["NewImage"] = TypeSerializer().serialize(new)["M"]
    return dict(record)


@dataclass
class Context:
    """Lambda's context object with what our handlers ask of it."""

    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:111122223333:function:function:live"
    aws_request_id: str = "52fdfc07-2182-154f-163f-5f0f9a621d72"
    remaining_ms: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds that are left."""
        return self.remaining_ms
