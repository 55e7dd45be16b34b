"""Mistakes about what an event means, and what a failure does."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from boto3.dynamodb.conditions import Attr

from darkroom import aws, convergence, uploads
from darkroom.catalog import Fence
from darkroom.convergence import Convergence
from darkroom.originals import Originals
from darkroom.refusals import Reason, Refused
from darkroom.service_level import Announcement
from tests.convergence.planting import defect, log_of


@defect("payload trusted")
def _payload_trusted() -> Iterator[None]:
    """What the event says of the version is believed, and a removal is a removal."""
    read, claimed = uploads._announcements, {}

    def remember(message: dict[str, Any]) -> Iterator[Announcement]:
        for found, record in zip(read(message), message["Records"], strict=True):
            claimed[found.key] = record
            yield found

    open_now = Originals.open

    @contextmanager
    def open_claimed(self: Originals, key: str) -> Iterator[Any]:
        record = claimed[key]
        event = record.get("eventName", "a repair")
        if "Removed" in event or "Expiration" in event:
            yield None
            return
        with open_now(self, key) as found:
            told = record["s3"]["object"]
            if found is None or event == "a repair":
                yield found
                return
            yield replace(found, version_id=told["versionId"])

    with (
        patch.object(uploads, "_announcements", remember),
        patch.object(Originals, "open", open_claimed),
    ):
        yield


@defect("message id as idempotency key")
def _message_id() -> Iterator[None]:
    """A message that was begun is not begun again."""
    handle = uploads._handle

    def handle_once(record: Any, action: Any) -> None:
        table = aws.table("seen")
        name = {"pk": record.message_id, "sk": action.__name__}
        try:
            table.put_item(Item=name, ConditionExpression=Attr("pk").not_exists())
        except Exception as error:
            if "ConditionalCheckFailed" in str(error):
                return
            log_of(uploads).exception("failed")
            raise
        handle(record, action)

    with patch.object(uploads, "_handle", handle_once):
        yield


@defect("permanent error raised")
def _permanent_raised() -> Iterator[None]:
    """A picture that can never succeed is an error like any other."""

    class NeverRaised(Exception):
        pass

    with patch.object(convergence, "Refused", NeverRaised):
        yield


@defect("transient error recorded as permanent")
def _transient_recorded() -> Iterator[None]:
    """Whatever goes wrong with a picture is its own fault."""
    find = Convergence._find

    def find_all(self: Convergence, original: Any, fence: Fence, describe: Any) -> dict[str, Any]:
        def refusing(*given: Any) -> dict[str, Any]:
            try:
                described: dict[str, Any] = describe(*given)
            except Refused:
                raise
            except Exception as error:
                raise Refused(Reason.CORRUPT, repr(error)) from error
            return described

        return find(self, original, fence, refusing)

    with patch.object(Convergence, "_find", find_all):
        yield


@defect("failures acknowledged")
def _swallowed() -> Iterator[None]:
    """What fails is logged and forgotten."""
    handle = uploads._handle

    def handle_all(record: Any, action: Any) -> None:
        with suppress(Exception):
            handle(record, action)

    with patch.object(uploads, "_handle", handle_all):
        yield
