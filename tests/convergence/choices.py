"""Chooses what happens next, among all that may."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from darkroom.reconciliation.checkpoint import PLACE
from tests.convergence.decay import spoilable
from tests.convergence.plans import Plan
from tests.convergence.tasks import ACKNOWLEDGE, WRITES, Task
from tests.convergence.world import CONSUMERS, World

Action = tuple[Any, ...]
MOST_TASKS = 6
WORTH_A_PAUSE = {"Decode", "PutObject", "PutItem", "TransactWriteItems", "Publish", "DeleteObjects"}


def about_to_write(task: Task) -> bool:
    """Tell whether the next call changes something."""
    return task.pending is not None and task.pending.operation in WRITES


@dataclass
class Choices:
    """What a plan still allows in a world; ``operated`` is how far its programme has come."""

    plan: Plan
    world: World
    budget: Counter[str] = field(default_factory=Counter)
    parked: set[str] = field(default_factory=set)
    last: str = ""
    operated: int = 0

    def __post_init__(self) -> None:
        self.budget = Counter(self.plan.budget)
        self.world.ports.behave(self.plan.manner)

    def choose(self) -> Action | None:
        """Return what is to happen next; nothing if all is done."""
        choose = self.plan.choose
        self.world.stream.advance()
        due = self.budget and self.operated >= self.plan.calm_until
        fails = due and choose.random() < self.plan.fault_rate
        if fails and (fault := self._draw(self._faults())):
            return fault
        if self.last in self.world.tasks and choose.random() < self.plan.stickiness:
            return "step", self.last
        ordinary = list(self._ordinary())
        return choose.choice(ordinary) if ordinary else self._draw(self._in_a_lull())

    def _draw(self, actions: Iterator[Action]) -> Action | None:
        """Choose a kind of action, then one of that kind: there are many ways to fail."""
        kinds: dict[Action, list[Action]] = {}
        for action in actions:
            kind = action[:2] if action[0] == "decay" else action[:1]
            kinds.setdefault(kind, []).append(action)
        choose = self.plan.choose
        return choose.choice(choose.choice(list(kinds.values()))) if kinds else None

    # What may happen

    def _ordinary(self) -> Iterator[Action]:
        if self.operated < len(self.plan.operations) and self.operated not in self.plan.lulls:
            yield "operate", self.operated, "told"
        for name in self.world.tasks:
            if name not in self.parked:
                yield "step", name
        if len(self.world.tasks) < MOST_TASKS:
            for consumer, queue in self.world.queues.items():
                for message in queue.waiting:
                    yield "receive", consumer, message.name, False
            for number, shard in enumerate(self.world.stream.shards):
                if not shard.busy and shard.checkpoint < len(shard.records):
                    yield "poll", number, 1
                    yield "poll", number, 3

    def _in_a_lull(self) -> Iterator[Action]:
        """Yield what happens when nothing else does: the slow wake up or die, or time passes."""
        if self.operated < len(self.plan.operations):
            yield "operate", self.operated, "told"
            if self.world.tasks:
                return
        if self.world.tasks:
            yield from (("step", name) for name in self.world.tasks)
            waiting = {n for n, task in self.world.tasks.items() if not about_to_write(task)}
            yield from self._task_faults(+self.budget, waiting)
            return
        yield from self._faults()

    def _faults(self) -> Iterator[Action]:
        left = +self.budget
        if self.operated < len(self.plan.operations):
            if left["drop"]:
                for outcome in ("dropped", *CONSUMERS):
                    yield "operate", self.operated, outcome
            if left["coalesce"] and self._can_coalesce():
                yield "operate", self.operated, "coalesced"
        yield from self._task_faults(left, self.parked)
        yield from self._queue_faults(left)
        yield from self._stream_faults(left)
        if left["expire"]:
            yield from self._expiries()
        if left["decay"]:
            yield from self._decays()
        if left["sweep"] and len(self.world.tasks) < MOST_TASKS:
            for calls in (6, 30, 300):
                for minutes in (0, 0, 61):
                    yield "sweep", calls, minutes

    def _can_coalesce(self) -> bool:
        return self.untouched_everywhere(self.plan.operations[self.operated].key)

    def _task_faults(self, left: Counter[str], spared: Collection[str]) -> Iterator[Action]:
        for name, task in self.world.tasks.items():
            if name in spared:
                continue
            if left["crash"]:
                yield "crash", name
                if task.pending and task.pending.operation != ACKNOWLEDGE:
                    yield "crash after", name
            if left["fail"] and task.pending:
                for how in task.pending.failures():
                    yield "fail", name, how
            # A sweep by a wrong clock is another matter: it may take the new for old.
            for fault in ("ahead", "astray"):
                if left[fault] and not task.is_sweep and not task.skew:
                    yield fault, name
            # Who has read and not yet written is worth being overtaken.
            if left["park"] and task.pending and task.pending.operation in WORTH_A_PAUSE:
                yield "park", name

    def _queue_faults(self, left: Counter[str]) -> Iterator[Action]:
        if left["poison"]:
            yield ("poison",)
        for consumer, queue in self.world.queues.items():
            if left["duplicate"] and len(self.world.tasks) < MOST_TASKS:
                for message in queue.waiting:
                    yield "receive", consumer, message.name, True
            if left["redrive"]:
                for message in queue.dead:
                    yield "redrive", consumer, message.name

    def _stream_faults(self, left: Counter[str]) -> Iterator[Action]:
        for number, shard in enumerate(self.world.stream.shards):
            waiting = len(shard.records) - shard.checkpoint
            if left["drop batch"] and waiting and not shard.busy:
                yield "drop batch", number, 1
                if waiting > 1:
                    yield "drop batch", number, 2
            if left["replay"] and shard.checkpoint and len(self.world.tasks) < MOST_TASKS:
                for start in range(shard.checkpoint):
                    yield "replay", number, start, 1
                    yield "replay", number, start, 3

    def _expiries(self) -> Iterator[Action]:
        for table in ("catalog", "report"):
            stored = getattr(self.world.ports, table)
            for name, item in stored.items.items():
                key = name[0].removeprefix("LEDGER#")
                if "expires_at" in item and not self.world.busy_with(key):
                    yield "expire", table, name

    def _decays(self) -> Iterator[Action]:
        """Yield what may be lost or spoilt behind the system's back."""
        ports = self.world.ports
        yield from (("decay", "catalog", name) for name in ports.catalog.items)
        yield from (("decay", "report", n) for n in ports.report.items if n[0] != PLACE["pk"])
        for name in ports.s3.buckets["thumbnails"].keys:
            yield "decay", "thumbnails", name
        yield from (("decay", "stranded", key) for key in self.plan.keys)
        yield from (("decay", "unreadable", each) for each in sorted(spoilable(ports)))

    def untouched_everywhere(self, key: str) -> bool:
        """Tell whether a notification that adds nothing would still be answered by a later read."""
        queues = [self.world.queues[consumer] for consumer in CONSUMERS]
        return all(any(m.key == key and not m.holders for m in q.waiting) for q in queues)
