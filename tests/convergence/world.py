"""The small world: ports, queues and stream, and the handlers that are at work on them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from darkroom.refusals import Refused
from darkroom.uploads import keys_in
from functions.index_metadata import handler as index_metadata
from functions.make_thumbnails import handler as make_thumbnails
from functions.report_changes import handler as report_changes
from tests.convergence import queues, streams
from tests.convergence.audit import audited
from tests.convergence.gate import Effect
from tests.convergence.memory_tables import Change
from tests.convergence.plans import KEYS
from tests.convergence.queues import Message, Queue
from tests.convergence.seams import TOMBSTONE_DAYS, Ports
from tests.convergence.streams import Shard, Stream
from tests.convergence.tasks import ACKNOWLEDGE, Task
from tests.messages import Context

CONSUMERS: dict[str, Any] = {"make_thumbnails": make_thumbnails, "index_metadata": index_metadata}
REPAIRS = "'s repairs"
CONTEXT: Any = Context()


@dataclass
class World:
    """State of one schedule; ``lost`` names what only the sweep can make good.

    ``uncounted``: the ledger has changed behind the system's back.
    """

    ports: Ports
    queues: dict[str, Queue] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    running: Task | None = None
    lost: list[str] = field(default_factory=list)
    forgotten: dict[str, int] = field(default_factory=dict)
    uncounted: bool = False
    trace: list[str] | None = None
    _named: int = 0
    _repairs: int = 0

    def __post_init__(self) -> None:
        self.ports.clear()
        self.ports.gate, self.ports.heard = self._gate, self._hear
        self.ports.deliver = self._deliver
        self.queues = {consumer: Queue(consumer) for consumer in CONSUMERS}
        self.queues |= {f"{consumer}{REPAIRS}": Queue(consumer) for consumer in CONSUMERS}
        self.stream = Stream(self.ports.catalog, KEYS)

    # What the ports and the logger call

    def _gate(self, operation: str, effect: Effect, request: dict[str, Any], /) -> Any:
        if self.running is None:
            return effect(**request)
        if operation == "TransactWriteItems" and self.running.is_sweep and not self.uncounted:
            effect = audited(self.ports, effect)
        return self.running.ask(operation, effect, request)

    def _hear(self, error: BaseException) -> None:
        if self.running is not None:
            self.note(f"{self.running.name}: {error!r}")
            self.running.reasons.append(error)

    # Notifications and messages

    def announce(self, name: str, key: str, claims: dict[str, Any], outcome: str) -> None:
        """Tell both consumers, or one, or none; merged with a waiting message it adds nothing."""
        if outcome == "dropped":
            self.lost.append(f"notification {name}")
        for consumer in CONSUMERS:
            queue = self.queues[consumer]
            if outcome in ("told", consumer):
                queue.send(Message(f"{name}", key, queues.body_of(key, claims), claims))
            elif outcome in CONSUMERS:
                self.lost.append(f"notification {name} to {outcome}")

    def _deliver(self, hint: str) -> None:
        """Let the consumers hear of a repair, by queues of their own."""
        [key] = keys_in(hint)
        self._repairs += 1
        for consumer in CONSUMERS:
            message = Message(f"r{self._repairs}", key, hint, {"eventName": "repair"})
            self.queues[f"{consumer}{REPAIRS}"].send(message)

    def receive(self, name: str, message: Message, twice: bool = False) -> Task:
        """Start a handler on a message; *twice*: another may receive it as well."""
        queue = self.queues[name]
        consumer, handler = queue.consumer, CONSUMERS[queue.consumer].handler
        held = [message]
        queue.receive(message, twice)

        def work() -> None:
            task = self.running
            assert task is not None
            event = queues.event_of(message)
            failed = bool(handler(event, CONTEXT)["batchItemFailures"])
            reason = next(iter(task.reasons), None) if failed else None
            self.ports.gate(ACKNOWLEDGE, acknowledge, {"failed": failed, "reason": reason})

        def acknowledge(failed: bool, reason: BaseException | None) -> None:
            held.clear()
            if failed:
                self._give_back(queue, message, reason)
            elif not queue.acknowledge(message):
                self._forsake(queue, message)

        def settle(error: BaseException | None) -> None:
            if held:
                self._give_back(queue, message, error or AssertionError("never settled"))

        if twice:
            self.note(f"{message.name} stays in {name} for another")
        return self.start(f"{consumer} of {message.name}", {message.key}, work, settle)

    def _give_back(self, queue: Queue, message: Message, reason: BaseException | None) -> None:
        if not queue.give_back(message, reason):
            self._forsake(queue, message)

    def _forsake(self, queue: Queue, message: Message) -> None:
        told = "failed once, and was acknowledged by another"
        self.lost.append(f"{queue.consumer} of {message.name} {told}")

    # The stream

    def poll(self, number: int, most: int) -> Task:
        """Start the reporter on the next records of a shard."""
        shard = self.stream.shards[number]
        batch, shard.busy = shard.batch(most), True

        def done(failed: set[str]) -> None:
            shard.busy = False
            places = [i for i, change in enumerate(batch) if streams.position(change) in failed]
            shard.checkpoint += places[0] if places else len(batch)
            shard.tries = shard.tries + 1 if places else 0

        def settle(error: BaseException | None) -> None:
            if error is not None:
                shard.busy = False
                shard.tries += 1
            if shard.tries >= streams.MAX_TRIES:
                self.drop_batch(shard, 1)

        return self._report(f"report {number}@{shard.checkpoint}", batch, done, settle)

    def replay(self, number: int, start: int, length: int) -> Task:
        """Start the reporter on records that were handed over before."""
        batch = self.stream.shards[number].records[start : start + length]
        return self._report(f"replay {number}@{start}", batch, lambda failed: None, lambda _: None)

    def drop_batch(self, shard: Shard, length: int) -> None:
        """Give records up: they go to the failures bucket."""
        self.lost.append(f"{length} records of the stream")
        shard.checkpoint, shard.tries = shard.checkpoint + length, 0

    def _report(
        self,
        name: str,
        batch: list[Change],
        done: Callable[[set[str]], None],
        settle: Callable[[BaseException | None], None],
    ) -> Task:
        def work() -> None:
            answer = report_changes.handler(streams.event_of(batch), CONTEXT)
            failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
            self.ports.gate(ACKNOWLEDGE, done, {"failed": failed})

        return self.start(name, {change.name[0] for change in batch}, work, settle)

    def forgot(self, records: list[Change]) -> bool:
        """Tell whether the stream no longer has *records*: an item of theirs has expired since."""
        return any(each.sequence <= self.forgotten.get(each.name[0], 0) for each in records)

    # Handlers at work

    def start(
        self,
        name: str,
        keys: set[str],
        work: Callable[[], None],
        settle: Callable[[BaseException | None], None],
    ) -> Task:
        """Start a handler; it goes as far as its first call."""
        self._named += 1
        task = Task(f"{name}/{self._named}", keys, work, settle)
        self.tasks[task.name] = task
        self.note(f"{task.name} starts")
        self.resume(task)
        return task

    def resume(self, task: Task, how: str | None = None) -> None:
        """Let a handler do its pending call and go on to the next."""
        self.running, self.ports.skew = task, task.skew
        if self.trace is not None and task.pending:
            self.note(f"{task.name}: {task.pending}{' - ' + how if how else ''}")
        try:
            task.resume(how)
        finally:
            self.running, self.ports.skew = None, timedelta(0)
        if task.finished:
            self.note(f"{task.name} ends")
            del self.tasks[task.name]

    def kill(self, task: Task, *, after: bool = False) -> None:
        """End a handler's process, before its pending call or right *after* it took effect."""
        self.note(f"{task.name} is killed {'after' if after else 'before'} {task.pending}")
        if after and task.pending:
            with suppress(ClientError, Refused):
                task.pending.run()
        self.running = task
        try:
            task.kill()
        finally:
            self.running = None
        del self.tasks[task.name]

    def note(self, line: str) -> None:
        """Add to the story, if one is told."""
        if self.trace is not None:
            self.trace.append(line)

    # Time

    def busy_with(self, key: str) -> bool:
        """Tell whether anything about *key* is still under way, or a sweep at work."""
        self.stream.advance()
        return (
            any(task.is_sweep or key in task.keys for task in self.tasks.values())
            or any(m.key == key for q in self.queues.values() for m in (*q.waiting, *q.dead))
            or any(c.name[0] == key for s in self.stream.shards for c in s.records[s.checkpoint :])
        )

    def expire(self, table: str, name: tuple[str, str]) -> None:
        """Let the time pass until DynamoDB removes an item; its stream has forgotten it by then."""
        key = name[0].removeprefix("LEDGER#")
        self.ports.wait(timedelta(days=TOMBSTONE_DAYS + 1))
        self.note(f"{TOMBSTONE_DAYS + 1} days pass; {table} {name} expires")
        self.forgotten[key] = self.ports.catalog.sequence
        getattr(self.ports, table).write(name, None)
