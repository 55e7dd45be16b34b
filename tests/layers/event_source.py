"""A queue and the mapping that feeds a function from it, by a simulated clock.

As AWS documents them:
- SQS counts each receive, hides a message for the visibility timeout, and moves it to the dead
  letters when it is received more often than `maxReceiveCount`
  (AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html).
- Lambda starts with five invocations at once and adds up to 300 a minute while messages wait, up
  to `MaximumConcurrency` (lambda/latest/dg/services-sqs-scaling.html). Partial batch responses
  keep it from slowing down after failures (…/services-sqs-errorhandling.html).
- Without a batching window an invocation gets at once what there is, `BatchSize` at most. One that
  outlives the function's timeout answers nothing, and none of its messages is deleted.
"""

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from darkroom import service_level
from darkroom.uploads import consume
from tests.messages import Context, notification, sqs_event
from tests.stacks.mappings import mapped, queues
from tests.stacks.synthesis import Deployment

FIRST_POLLERS, MORE_A_SECOND = 5, 300 / 60
INVOKING_SECONDS = 0.02  # an assumption: the receive, the call and the delete
EPOCH = datetime(2026, 11, 28, tzinfo=UTC)


class Killed(BaseException):
    """Lambda's end of an invocation that takes too long: no code of ours sees it."""


@dataclass(frozen=True)
class Source:
    """What a stage's templates say of a queue, its mapping and its function; in seconds."""

    batch_size: int
    concurrency: int
    visibility: int
    tries: int
    timeout: int

    @classmethod
    def of(cls, stage: Deployment, queue: str) -> "Source":
        """Read the templates; a batching window would be another model."""
        function, mapping = mapped(stage)[queue]
        assert not mapping.properties.get("MaximumBatchingWindowInSeconds")
        return cls(
            batch_size=mapping.properties["BatchSize"],
            concurrency=mapping.properties["ScalingConfig"]["MaximumConcurrency"],
            visibility=queues(stage)[queue]["VisibilityTimeout"],
            tries=queues(stage)[queue]["RedrivePolicy"]["maxReceiveCount"],
            timeout=function.properties["Timeout"],
        )


@dataclass(eq=False)
class Picture:
    """An upload: when it came, what it takes to handle, and what became of it.

    ``fails`` and ``hangs`` are how many of its first tries raise or do not end; ``counted`` is
    what the service level counted for it, 1 for late.
    """

    name: str
    arrived: float
    seconds: float
    fails: int = 0
    hangs: int = 0
    receives: int = 0
    tries: list[float] = field(default_factory=list)
    done: float | None = None
    dead: float | None = None
    counted: list[int] = field(default_factory=list)

    @property
    def waited(self) -> float:
        """How long it took to be done."""
        assert self.done is not None, self
        return self.done - self.arrived


class Simulation:
    """Brings pictures from a queue through the real `consume`, until none is left."""

    def __init__(self, source: Source, pictures: list[Picture], within_seconds: float = 60) -> None:
        """Let them come; *within_seconds* is the service level's."""
        self.now = 0.0
        self._source, self._within = source, within_seconds
        self._pictures = {picture.name: picture for picture in pictures}
        self._busy = 0
        self._handled: Picture | None = None
        self._visible: deque[Picture] = deque()
        self._order = itertools.count()
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        for picture in pictures:
            self._show(picture, picture.arrived)
        for more in range(source.concurrency - FIRST_POLLERS):
            self._at((more + 1) / MORE_A_SECOND, lambda: None)

    def run(self) -> None:
        """Let time pass until nothing happens any more."""
        while self._coming:
            self.now, _, happen = heapq.heappop(self._coming)
            happen()
            while self._visible and self._busy < self._pollers():
                self._invoke()

    def counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the service level look at the simulated clock and count by picture."""
        simulation = self

        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return moment(simulation.now)

        def count(name: str, value: int = 1) -> None:
            assert name == "Late"
            assert self._handled is not None
            self._handled.counted.append(value)

        monkeypatch.setattr(service_level, "datetime", Clock)
        monkeypatch.setattr(service_level, "count", count)

    def _pollers(self) -> int:
        reading = FIRST_POLLERS + round(MORE_A_SECOND * self.now, 6)
        return int(min(self._source.concurrency, reading))

    def _at(self, when: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._coming, (when, next(self._order), happen))

    def _show(self, picture: Picture, when: float) -> None:
        self._at(when, lambda: self._visible.append(picture))

    def _receive(self) -> list[Picture]:
        batch: list[Picture] = []
        while self._visible and len(batch) < self._source.batch_size:
            picture = self._visible.popleft()
            picture.receives += 1
            if picture.receives <= self._source.tries:
                batch.append(picture)
            else:
                picture.dead = self.now
        return batch

    def _invoke(self) -> None:
        """Run an invocation to its end; what happens meanwhile elsewhere does not touch it."""
        batch, began = self._receive(), self.now
        if not batch:
            return
        try:
            returned = self._consume(batch, began + INVOKING_SECONDS)
        except Killed:
            returned = {picture.name for picture in batch}
        self._busy += 1
        self._at(self.now, self._free)
        self.now = began
        for picture in batch:
            if picture.name in returned:
                self._show(picture, began + self._source.visibility)

    def _free(self) -> None:
        self._busy -= 1

    def _consume(self, batch: list[Picture], began: float) -> set[str]:
        self.now = began
        deadline = began + self._source.timeout

        def handle(key: str) -> None:
            self._handle(self._pictures[key], deadline)

        context: Any = Left(self, deadline)
        answer = consume({"Records": [*map(record, batch)]}, context, handle)
        return {each["itemIdentifier"] for each in answer["batchItemFailures"]}

    def _handle(self, picture: Picture, deadline: float) -> None:
        """Do what a consumer does with a picture: work, write the facet once, measure the wait."""
        self._handled = picture
        picture.tries.append(self.now)
        hangs = len(picture.tries) <= picture.hangs
        ends = self.now + (float("inf") if hangs else picture.seconds)
        self.now = min(ends, deadline)
        if ends > deadline:
            raise Killed
        if len(picture.tries) <= picture.fails:
            raise ConnectionError("it may pass")
        if picture.done is None:
            picture.done = self.now
            service_level.answered(moment(picture.arrived).isoformat(), self._within)


class Left(Context):
    """Lambda's context, by the simulated clock."""

    def __init__(self, simulation: Simulation, deadline: float) -> None:
        super().__init__()
        self._simulation, self._deadline = simulation, deadline

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds that are left."""
        return int(1000 * (self._deadline - self._simulation.now))


def moment(seconds: float) -> datetime:
    """Return a moment of the simulated clock as S3 would say it."""
    return EPOCH + timedelta(seconds=seconds)


def record(picture: Picture) -> dict[str, Any]:
    """Return the message about a picture as the mapping hands it over."""
    message = notification(picture.name)
    message["Records"][0]["eventTime"] = moment(picture.arrived).isoformat()
    [found] = sqs_event(message)["Records"]
    counts = {"ApproximateReceiveCount": str(picture.receives)}
    counts["SentTimestamp"] = str(int(1000 * moment(picture.arrived).timestamp()))
    return {
        **found,
        "messageId": picture.name,
        "attributes": {**found["attributes"], **counts},
    }
