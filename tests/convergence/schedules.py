"""Chooses what happens next, and makes it happen; whatever was done can be done again."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.convergence.plans import Plan
from tests.convergence.queues import Message
from tests.convergence.tasks import ACKNOWLEDGE, WRITES, Task
from tests.convergence.world import CONSUMERS, World

Action = tuple[Any, ...]
MOST_TASKS = 6
WORTH_A_PAUSE = {"Decode", "PutObject", "PutItem", "TransactWriteItems"}
AHEAD = timedelta(days=100)


def about_to_write(task: Task) -> bool:
    """Tell whether the next call changes something."""
    return task.pending is not None and task.pending.operation in WRITES


@dataclass
class Schedule:
    """A plan being carried out in a world; ``done`` are the actions so far."""

    plan: Plan
    world: World
    done: list[Action] = field(default_factory=list)
    budget: Counter[str] = field(default_factory=Counter)
    _parked: set[str] = field(default_factory=set)
    _last: str = ""
    _operated: int = 0

    def __post_init__(self) -> None:
        self.budget = Counter(self.plan.budget)

    def run(self) -> None:
        """Choose and act until patience ends or nothing is left to do."""
        choose = self.plan.choose
        for _ in range(self.plan.patience):
            action = self._choose()
            if action is None:
                return
            self.act(action)
            if choose.random() < 0.004:
                return

    def finish(self) -> None:
        """Do what is left of the programme."""
        while self._operated < len(self.plan.operations):
            self.act(("operate", self._operated, "told"))

    def _choose(self) -> Action | None:
        choose = self.plan.choose
        self.world.stream.advance()
        due = self.budget and self._operated >= self.plan.calm_until
        fails = due and choose.random() < self.plan.fault_rate
        if fails and (fault := self._draw(self._faults())):
            return fault
        if self._last in self.world.tasks and choose.random() < self.plan.stickiness:
            return "step", self._last
        ordinary = list(self._ordinary())
        return choose.choice(ordinary) if ordinary else self._draw(self._in_a_lull())

    def _draw(self, actions: Iterator[Action]) -> Action | None:
        """Choose a kind of action, then one of that kind: there are many ways to fail."""
        kinds: dict[str, list[Action]] = {}
        for action in actions:
            kinds.setdefault(action[0], []).append(action)
        choose = self.plan.choose
        return choose.choice(choose.choice(list(kinds.values()))) if kinds else None

    # What may happen

    def _ordinary(self) -> Iterator[Action]:
        if self._operated < len(self.plan.operations) and self._operated not in self.plan.lulls:
            yield "operate", self._operated, "told"
        for name in self.world.tasks:
            if name not in self._parked:
                yield "step", name
        if len(self.world.tasks) < MOST_TASKS:
            for consumer, queue in self.world.queues.items():
                for message in queue.waiting:
                    yield "receive", consumer, message.name, 1, False
                if len(queue.waiting) > 1:
                    yield "receive", consumer, queue.waiting[0].name, 3, False
            for number, shard in enumerate(self.world.stream.shards):
                if not shard.busy and shard.checkpoint < len(shard.records):
                    yield "poll", number, 1
                    yield "poll", number, 3

    def _in_a_lull(self) -> Iterator[Action]:
        """Yield what happens when nothing else does: the slow wake up or die, or time passes."""
        if self._operated < len(self.plan.operations):
            yield "operate", self._operated, "told"
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
        if self._operated < len(self.plan.operations):
            if left["drop"]:
                for outcome in ("dropped", *CONSUMERS):
                    yield "operate", self._operated, outcome
            if left["coalesce"] and self._can_coalesce():
                yield "operate", self._operated, "coalesced"
        yield from self._task_faults(left, self._parked)
        yield from self._queue_faults(left)
        yield from self._stream_faults(left)
        if left["expire"]:
            yield from self._expiries()

    def _can_coalesce(self) -> bool:
        return self._untouched_everywhere(self.plan.operations[self._operated].key)

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
            if left["ahead"] and not task.skew:
                yield "ahead", name
            # Who has read and not yet written is worth being overtaken.
            if left["park"] and task.pending and task.pending.operation in WORTH_A_PAUSE:
                yield "park", name

    def _queue_faults(self, left: Counter[str]) -> Iterator[Action]:
        if left["poison"]:
            yield ("poison",)
        for consumer, queue in self.world.queues.items():
            if left["duplicate"] and len(self.world.tasks) < MOST_TASKS:
                for message in queue.waiting:
                    yield "receive", consumer, message.name, 1, True
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

    # Making it happen

    def act(self, action: Action) -> None:
        """Carry out an action, if it still can be: one of a shortened schedule may not."""
        self.done.append(action)
        self.world.ports.passed += timedelta(milliseconds=self.plan.tick_ms)
        kind, *details = action
        cost = getattr(self, f"_{kind.replace(' ', '_')}")(*details)
        if cost:
            self.budget[cost] -= 1

    def _operate(self, number: int, outcome: str) -> str | None:
        operation = self.plan.operations[number]
        self._operated = max(self._operated, number + 1)
        if outcome == "coalesced" and not self._untouched_everywhere(operation.key):
            outcome = "told"
        claims = operation.run(self.world.ports)
        self.world.note(f"bucket: {operation}" + ("" if claims else " (nothing to do)"))
        if claims is None:
            return None
        self.world.note(f"    {claims['eventName']} {claims['versionId']} is {outcome}")
        self.world.announce(f"m{number}", operation.key, claims, outcome)
        return {"told": None, "coalesced": "coalesce"}.get(outcome, "drop")

    def _untouched_everywhere(self, key: str) -> bool:
        """Tell whether a notification that adds nothing would still be answered by a later read."""
        queues = self.world.queues.values()
        return all(any(m.key == key and not m.holders for m in q.waiting) for q in queues)

    def _receive(self, consumer: str, name: str, most: int, twice: bool) -> str | None:
        waiting = self.world.queues[consumer].waiting
        first = self._message(waiting, name)
        if first is None:
            return None
        batch = [first, *(m for m in waiting if m is not first)][:most]
        task = self.world.receive(consumer, batch, twice)
        self._last = task.name
        return "duplicate" if twice else None

    def _step(self, name: str) -> None:
        if task := self.world.tasks.get(name):
            self._last = name
            self._parked.discard(name)
            self.world.resume(task)

    def _crash(self, name: str) -> str:
        if task := self.world.tasks.get(name):
            self.world.kill(task)
        return "crash"

    def _crash_after(self, name: str) -> str:
        if task := self.world.tasks.get(name):
            self.world.kill(task, after=True)
        return "crash"

    def _fail(self, name: str, how: str) -> str:
        task = self.world.tasks.get(name)
        if task and task.pending and how in task.pending.failures():
            self.world.resume(task, how)
        return "fail"

    def _ahead(self, name: str) -> str:
        if task := self.world.tasks.get(name):
            task.skew = AHEAD
            self.world.note(f"{name}: its clock is {AHEAD.days} days ahead")
        return "ahead"

    def _park(self, name: str) -> str:
        self._parked.add(name)
        self._last = ""
        return "park"

    def _poison(self) -> str:
        for queue in self.world.queues.values():
            queue.send(Message(f"poison{queue.sent}", "", "{ no JSON", {}))
        return "poison"

    def _redrive(self, consumer: str, name: str) -> str:
        queue = self.world.queues[consumer]
        if message := self._message(queue.dead, name):
            queue.redrive(message)
        return "redrive"

    def _message(self, messages: list[Message], name: str) -> Message | None:
        return next((each for each in messages if each.name == name), None)

    def _poll(self, number: int, most: int) -> None:
        self.world.stream.advance()
        shard = self.world.stream.shards[number]
        if not shard.busy and shard.checkpoint < len(shard.records):
            self._last = self.world.poll(number, most).name

    def _drop_batch(self, number: int, length: int) -> str:
        self.world.stream.advance()
        shard = self.world.stream.shards[number]
        if not shard.busy and shard.checkpoint + length <= len(shard.records):
            self.world.drop_batch(shard, length)
        return "drop batch"

    def _replay(self, number: int, start: int, length: int) -> str:
        self.world.stream.advance()
        shard = self.world.stream.shards[number]
        length = min(length, shard.checkpoint - start)
        if length > 0 and not self.world.forgot(shard.records[start : start + length]):
            self._last = self.world.replay(number, start, length).name
        return "replay"

    def _expire(self, table: str, name: tuple[str, str]) -> str:
        item = getattr(self.world.ports, table).items.get(name, {})
        if "expires_at" in item and not self.world.busy_with(name[0].removeprefix("LEDGER#")):
            self.world.expire(table, name)
        return "expire"
