"""Where dead letters of a deployed app may lie."""

from collections.abc import Iterator

from operations.connection import App
from operations.dead_letter_queue import DeadLetterQueue
from operations.dead_letters import Place
from operations.errors import WrongUsage
from operations.failed_announcements import CONSUMER as ANNOUNCER
from operations.failed_announcements import FailedAnnouncements
from operations.failed_changes import FailedChanges


def places(app: App) -> list[Place]:
    """Return every place where dead letters of the app may lie."""
    found: list[Place] = []
    for suffix in ("DeadLetters", "Undelivered"):
        for consumer, url in app.ending(suffix).items():
            found.append(DeadLetterQueue(app, consumer + suffix, consumer, url))
    for consumer, bucket in app.ending("Failures").items():
        kind = FailedAnnouncements if consumer == ANNOUNCER else FailedChanges
        found.append(kind(app, consumer, bucket))
    return sorted(found, key=lambda place: place.name)


def chosen(app: App, name: str | None) -> list[Place]:
    """Return the places that *name* means: one by its output's name, or all of a consumer.

    Raises:
        WrongUsage: if there is none; the message names those that there are.
    """
    every = places(app)
    if name is None:
        return every
    wanted = _plain(name)
    found = [p for p in every if wanted in (_plain(p.name), _plain(p.consumer))]
    if not found:
        known = ", ".join(place.name for place in every)
        raise WrongUsage(f"There is no dead-letter queue {name!r}. There are: {known}.")
    return found


def _plain(name: str) -> str:
    """Let ``make_thumbnails`` mean ``MakeThumbnails``."""
    return name.lower().replace("_", "").replace("-", "")


def waiting(app: App) -> Iterator[tuple[str, int]]:
    """Yield each place that is not empty, and how much is in it, about."""
    for place in places(app):
        if count := place.count():
            yield place.name, count
