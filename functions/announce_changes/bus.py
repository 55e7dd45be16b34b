"""The event bus: what it takes at once, and what it did not take."""

from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from darkroom.backoff import attempts
from darkroom.observability import logger
from functions.announce_changes.pictures import Event

SOURCE = "darkroom"
ATTEMPTS = 5
# PutEvents takes no more at once.
MOST_ENTRIES = 10
MOST_BYTES = 256 * 1024


class Bus:
    """Puts events on a bus, and says which it did not take."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def put(self, events: Sequence[Event]) -> set[Event]:
        """Put *events*; return those that the bus did not take, however often it was asked."""
        return {event for some in portions(events) for event in self._put(some)}

    def _put(self, events: list[Event]) -> list[Event]:
        """An answer is a success even if it refuses some: each has its own result, in order."""
        left = events
        for _ in attempts(ATTEMPTS):
            try:
                answer = self._client.put_events(Entries=[self._entry(event) for event in left])
            except (BotoCoreError, ClientError):  # it has retried by itself what may pass
                logger.exception("the bus cannot be reached")
                return left
            results = list(zip(left, answer["Entries"], strict=True))
            left = [event for event, result in results if "EventId" not in result]
            if not left:
                return []
        logger.error("the bus refused events", extra={"results": answer["Entries"]})
        return left

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.kind,
            "Detail": event.detail,
        }


def portions(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Divide *events* as PutEvents takes them; one that is too large by itself comes alone."""
    portion: list[Event] = []
    size = 0
    for event in events:
        added = size_of(event)
        if portion and (len(portion) == MOST_ENTRIES or size + added > MOST_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(event)
        size += added
    if portion:
        yield portion


def size_of(event: Event) -> int:
    """Return what an entry counts for, as EventBridge reckons it: its texts in UTF-8."""
    return sum(len(text.encode()) for text in (SOURCE, event.kind, event.detail))
