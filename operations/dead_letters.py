"""What could not be handled and waits for an operator, wherever it lies."""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from operations.discarding import Records


@dataclass(frozen=True)
class Summary:
    """What waits in one place; ``oldest_seconds`` is of those that were looked at."""

    place: str
    count: int
    oldest_seconds: float | None
    is_sample: bool
    source: str
    redrive: str


@dataclass(frozen=True)
class Letter:
    """One thing that waits; ``keys`` is ``None`` where its text names none.

    ``receives`` is how often its consumer got it before it was given up; ``None``: not known.
    """

    place: str
    id: str
    keys: list[str] | None
    age_seconds: float
    receives: int | None
    reason: str


def tries_in_words(letter: Letter) -> str:
    """Return how often a dead letter was tried, as far as it is known."""
    return "?" if letter.receives is None else str(letter.receives)


@dataclass(frozen=True)
class Redriven:
    """What became of one place; ``left`` lists what could not be moved and why."""

    place: str
    moved: int
    how: str
    left: Sequence[str] = ()


@dataclass(frozen=True)
class Discarded:
    """One dead letter that was deleted; ``record`` is the address of its record."""

    place: str
    id: str
    keys: list[str] | None
    record: str


class Place(Protocol):
    """A dead-letter queue, or the bucket of changes that the stream's consumer gave up on."""

    @property
    def name(self) -> str: ...
    @property
    def consumer(self) -> str: ...
    def count(self) -> int: ...
    def summary(self) -> Summary: ...
    def letters(self, most: int) -> list[Letter]: ...
    def redrive(self, limit: int | None) -> Redriven: ...
    def discard(self, ids: Collection[str], records: "Records") -> Iterator[Discarded]: ...


def seconds_since(moment: float) -> float:
    """Return the age of what happened at *moment* (epoch seconds)."""
    return max(0.0, time.time() - moment)
