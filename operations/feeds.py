"""What feeds the app's functions, and which of it is switched off: by `pause` or by the breaker."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.connection import App
from operations.failed_announcements import CONSUMER as ANNOUNCER

MAPPINGS = "EventSourceMappings"
OFF = ("Disabling", "Disabled")


@dataclass(frozen=True)
class Feed:
    """An event source mapping that is off: its source, its consumer, and since when."""

    source: str
    consumer: str
    since: datetime

    def as_json(self) -> dict[str, str]:
        """Return its attributes as text."""
        since = self.since.isoformat(timespec="seconds")
        return {"reads": self.source, "consumer": self.consumer, "since": since}


@dataclass(frozen=True)
class Pause:
    """The feeds that are off; false if all are on."""

    feeds: Sequence[Feed] = ()

    def __bool__(self) -> bool:
        """Return whether a feed is off."""
        return bool(self.feeds)

    @property
    def holds_up_pictures(self) -> bool:
        """Whether pictures, catalog and report wait, and not only announcements."""
        return any(feed.consumer != ANNOUNCER for feed in self.feeds)

    @property
    def since(self) -> datetime:
        """When the first of them was switched off."""
        return min(feed.since for feed in self.feeds)

    @property
    def length(self) -> timedelta:
        """How long ago the first of them was switched off."""
        return datetime.now(UTC) - self.since

    def as_json(self) -> list[dict[str, str]]:
        """Return the feeds that are off."""
        return [feed.as_json() for feed in self.feeds]

    def lines(self) -> Iterator[str]:
        """Yield a line if a feed is off."""
        if self.feeds:
            sources = ", ".join(feed.source for feed in self.feeds)
            since = self.since.isoformat(" ", timespec="seconds")
            yield (
                f"PAUSED since {since}: nothing reads {sources}. Find out why; `resume` lets "
                "all that waits go on."
            )


def switched_off(app: App) -> Pause:
    """Return which of the app's event source mappings are off."""
    client = app.client("lambda")
    found = (client.get_event_source_mapping(UUID=uuid) for uuid in app.output(MAPPINGS).split(","))
    return Pause([_feed(app, mapping) for mapping in found if mapping["State"] in OFF])


def _feed(app: App, mapping: Mapping[str, Any]) -> Feed:
    consumer = _consumer_of(app, mapping["FunctionArn"])
    queues = {url.rpartition("/")[2]: f"{name}Queue" for name, url in app.ending("Queue").items()}
    queue = queues.get(mapping["EventSourceArn"].rpartition(":")[2])
    # Lambda's LastModified is when the mapping, or its state, last changed.
    since = mapping["LastModified"].astimezone(UTC)
    return Feed(queue or f"the catalog's changes for {consumer}", consumer, since)


def _consumer_of(app: App, function_arn: str) -> str:
    parts = function_arn.split(":")
    names = (name for name, function in app.ending("Function").items() if function in parts)
    return next(names, function_arn)
