"""What could not be handled and waits for an operator, wherever it lies."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


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
    """One thing that waits; ``keys`` is ``None`` where its text names none."""

    place: str
    id: str
    keys: list[str] | None
    age_seconds: float
    receives: int | None
    reason: str


@dataclass(frozen=True)
class Redriven:
    """What became of one place; ``left`` lists what could not be moved and why."""

    place: str
    moved: int
    how: str
    left: Sequence[str] = ()


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


def seconds_since(moment: float) -> float:
    """Return the age of what happened at *moment* (epoch seconds)."""
    return max(0.0, time.time() - moment)
