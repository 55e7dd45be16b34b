"""What a consumer's queue delivers, and the one loop over it."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.observability import failed, logger
from darkroom.service_level import Announcement, Delivery, waiting

# So often each consumer's queue delivers a message that fails: its ``maxReceiveCount``.
TRIES = 5


class MalformedMessage(ValueError):
    """The message is not an S3 notification: it is left to the dead-letter queue."""


def consume(
    event: dict[str, Any], context: LambdaContext, action: Callable[[str], None]
) -> dict[str, Any]:
    """Hand every key of every message to *action*; report only the messages that failed."""

    def handle(record: SQSRecord) -> None:
        _handle(record, action)

    # An invocation that fails as a whole says less than the list of what failed.
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(event, handle, processor, context))


def _handle(record: SQSRecord, action: Callable[[str], None]) -> None:
    with logger.append_context_keys(message_id=record.message_id, bucket=None, key=None):
        try:
            delivery = _delivery(record.get("attributes") or {})
            for announcement in announcements_in(record.body):
                claimed = announcement.version_id
                logger.append_keys(key=announcement.key, version=None, announced=claimed)
                with waiting(announcement, delivery):
                    action(announcement.key)
        except Exception:
            failed()
            logger.exception("message failed; it will be delivered again")
            raise
        finally:
            logger.remove_keys(["version", "announced"])


def _delivery(attributes: Mapping[str, Any]) -> Delivery:
    """Read what SQS adds to a message; what it left out costs no message."""
    sent_ms = int(attributes.get("SentTimestamp", time.time_ns() // 1_000_000))
    return Delivery(
        is_last=int(attributes.get("ApproximateReceiveCount", 1)) >= TRIES,
        sent_at=datetime.fromtimestamp(sent_ms / 1000, UTC),
    )


def keys_in(body: str) -> list[str]:
    """Return each key that an SQS message's body names, once, decoded, in order.

    Raises:
        MalformedMessage: as `announcements_in` does.
    """
    return [announcement.key for announcement in announcements_in(body)]


def announcements_in(body: str) -> list[Announcement]:
    """Return the last announcement about each key that an SQS message's body names, in order.

    Understands S3's notification as it is and wrapped by SNS. S3 sends ``s3:TestEvent`` when a
    notification is set up: it names no key. Keys arrive form-urlencoded, a space as ``+``.

    Raises:
        MalformedMessage: if the body is anything else.
    """
    try:
        by_key = {found.key: found for found in _announcements(json.loads(body))}
        return list(by_key.values())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise MalformedMessage(f"not an S3 notification: {error!r}") from error


def _announcements(message: dict[str, Any]) -> Iterator[Announcement]:
    if message.get("Type") == "Notification":
        message = json.loads(message["Message"])
    if message.get("Event") == "s3:TestEvent":
        return
    for record in message["Records"]:
        about = record["s3"]["object"]
        key = unquote_plus(about["key"], errors="strict")
        yield Announcement(key, about.get("versionId"), _created_at(record))


def _created_at(record: dict[str, Any]) -> datetime | None:
    """Return when an upload ended, by S3's clock; it costs no message if S3 says it otherwise."""
    if not str(record.get("eventName")).startswith("ObjectCreated:"):
        return None
    try:
        told = datetime.fromisoformat(record["eventTime"])
        return told if told.tzinfo else told.replace(tzinfo=UTC)
    except (KeyError, TypeError, ValueError):
        return None


def hint(bucket: str, key: str) -> str:
    """Return a message that `keys_in` understands: *key* may have changed."""
    item = {"bucket": {"name": bucket}, "object": {"key": quote_plus(key, safe="/")}}
    return json.dumps({"Records": [{"eventSource": "darkroom", "s3": item}]})
