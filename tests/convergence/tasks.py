"""A handler at work, suspended before each of its calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from botocore.exceptions import ReadTimeoutError
from greenlet import greenlet

from tests.convergence.gate import Effect
from tests.convergence.memory_dynamodb import cancelled
from tests.convergence.memory_dynamodb import refusal as dynamodb_refusal
from tests.convergence.memory_s3 import refusal as s3_refusal

S3_WRITES = {"PutObject", "DeleteObject", "DeleteObjects"}
S3_CALLS = {"GetObject", "HeadObject", "ListObjectsV2", "ListObjectVersions", *S3_WRITES}
WRITES = {"PutItem", "TransactWriteItems", "DeleteItem", "UpdateItem", "Publish", *S3_WRITES}
TOLD = ("pk", "sk", "rev", "state", "version_id")
ACKNOWLEDGE = "Acknowledge"


class Killed(BaseException):
    """The process of a handler has ended."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler is about to ask of a port."""

    operation: str
    effect: Effect
    request: dict[str, Any]

    def __str__(self) -> str:
        request = self.request
        about = request.get("Key") or request.get("Prefix") or request.get("Delete") or ""
        if "Item" in request:
            about = {n: request["Item"].get(n) for n in TOLD if n in request["Item"]}
        if "TransactItems" in request:
            about = [str(each)[:160] for each in request["TransactItems"]]
        return f"{self.operation} {about}"

    def run(self) -> Any:
        """Let it take effect."""
        return self.effect(**self.request)

    def failures(self) -> list[str]:
        """Return how this call may fail other than for good."""
        if self.operation == ACKNOWLEDGE:
            return []
        if self.operation == "Decode":
            return ["broken"]
        if self.operation not in WRITES:
            return ["throttled"]
        conflicts = ["conflict"] if self.operation in ("PutItem", "TransactWriteItems") else []
        return ["throttled", "lost", *conflicts, "twice"]

    def fail(self, how: str) -> Any:
        """Take effect as far as *how* says, and raise what the caller hears of it."""
        if how == "twice":  # the answer was lost and the SDK asks again
            answer = self.run()
            # A transaction carries a token, by which DynamoDB knows it again.
            return answer if self.operation == "TransactWriteItems" else self.run()
        if how == "lost":
            self.run()
            raise ReadTimeoutError(endpoint_url="https://aws.example")
        raise self._error(how)

    def _error(self, how: str) -> Exception:
        if how == "broken":
            return OSError("no process to be had")
        if self.operation == "TransactWriteItems":
            code = "ThrottlingError" if how == "throttled" else "TransactionConflict"
            return cancelled([{"Code": "None"}, {"Code": code}])
        if how == "conflict":
            return dynamodb_refusal("TransactionConflictException", self.operation)
        if self.operation in S3_CALLS:
            return s3_refusal("SlowDown", 503, self.operation)
        return dynamodb_refusal("ProvisionedThroughputExceededException", self.operation)


class Task:
    """Runs *work* in a greenlet of its own; ``pending`` is the call that it waits before.

    *settle* is called once with what ended it: nothing, or an exception. ``keys`` are those that
    it is about, none for a sweep, ``skew`` is by how much its clock is ahead.
    """

    def __init__(
        self,
        name: str,
        keys: set[str],
        work: Callable[[], None],
        settle: Callable[[BaseException | None], None],
    ) -> None:
        self.name = name
        self.keys = keys
        self.skew = timedelta(0)
        self.pending: Call | None = None
        self.reasons: list[BaseException] = []
        self._settle = settle
        self._greenlet = greenlet(self._run)
        self._work = work
        self._dead = False

    @property
    def is_sweep(self) -> bool:
        """Whether it is about all keys."""
        return not self.keys

    @property
    def finished(self) -> bool:
        """Whether it has ended, one way or another."""
        return bool(self._greenlet.dead)

    def ask(self, operation: str, effect: Effect, request: dict[str, Any]) -> Any:
        """Wait before a call, then do as the scheduler says; called inside the greenlet."""
        if self._dead:
            raise Killed
        self.pending = Call(operation, effect, request)
        how = self._greenlet.parent.switch()
        call, self.pending = self.pending, None
        return call.run() if how is None else call.fail(how)

    def resume(self, how: str | None = None) -> None:
        """Go on to the next call, or to the end; the pending call fails as *how* says."""
        self._greenlet.switch(how)

    def kill(self) -> None:
        """End it where it stands; what it would still clean up does not reach any port."""
        self._dead = True
        self._greenlet.throw(Killed)

    def _run(self, _: None) -> None:
        try:
            self._work()
        except Killed as killed:
            self._settle(killed)
        except Exception as error:
            self._settle(error)
            raise
        else:
            self._settle(None)
