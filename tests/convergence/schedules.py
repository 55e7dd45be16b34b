"""Makes happen what was chosen; whatever was done can be done again."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.convergence import sweeping
from tests.convergence.choices import Action, Choices
from tests.convergence.decay import decay
from tests.convergence.queues import Message

AHEAD = timedelta(days=100)


@dataclass
class Schedule(Choices):
    """A plan being carried out in a world; ``done`` are the actions so far."""

    done: list[Action] = field(default_factory=list)

    def run(self) -> None:
        """Choose and act until patience ends or nothing is left to do."""
        choose = self.plan.choose
        for _ in range(self.plan.patience):
            action = self.choose()
            if action is None:
                return
            self.act(action)
            if choose.random() < 0.004:
                return

    def finish(self) -> None:
        """Do what is left of the programme."""
        while self.operated < len(self.plan.operations):
            self.act(("operate", self.operated, "told"))

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
        self.operated = max(self.operated, number + 1)
        if outcome == "coalesced" and not self.untouched_everywhere(operation.key):
            outcome = "told"
        claims = operation.run(self.world.ports)
        self.world.note(f"bucket: {operation}" + ("" if claims else " (nothing is announced)"))
        if claims is None:
            return None
        self.world.note(f"    {claims['eventName']} {claims['versionId']} is {outcome}")
        self.world.announce(f"m{number}", operation.key, claims, outcome)
        return {"told": None, "coalesced": "coalesce"}.get(outcome, "drop")

    def _receive(self, consumer: str, name: str, twice: bool) -> str | None:
        waiting = self.world.queues[consumer].waiting
        message = self._message(waiting, name)
        if message is None:
            return None
        task = self.world.receive(consumer, message, twice)
        self.last = task.name
        return "duplicate" if twice else None

    def _step(self, name: str) -> None:
        if task := self.world.tasks.get(name):
            self.last = name
            self.parked.discard(name)
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

    def _astray(self, name: str) -> str:
        """Put a clock ahead; with whatever else may be wrong, only a sweep can make it good."""
        self._ahead(name)
        self.world.lost.append(f"the clock of {name}")
        return "astray"

    def _park(self, name: str) -> str:
        self.parked.add(name)
        self.last = ""
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

    def _sweep(self, calls: int, minutes: int) -> str:
        self.world.note(f"{minutes} minutes pass")
        self.world.ports.wait(timedelta(minutes=minutes))
        self.last = sweeping.tick(self.world, calls).name
        return "sweep"

    def _message(self, messages: list[Message], name: str) -> Message | None:
        return next((each for each in messages if each.name == name), None)

    def _poll(self, number: int, most: int) -> None:
        self.world.stream.advance()
        shard = self.world.stream.shards[number]
        if not shard.busy and shard.checkpoint < len(shard.records):
            self.last = self.world.poll(number, most).name

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
            self.last = self.world.replay(number, start, length).name
        return "replay"

    def _decay(self, where: str, name: Any) -> str:
        self.world.ports.wait(timedelta(minutes=1))
        decay(self.world, where, name)
        return "decay"

    def _expire(self, table: str, name: tuple[str, str]) -> str:
        item = getattr(self.world.ports, table).items.get(name, {})
        if "expires_at" in item and not self.world.busy_with(name[0].removeprefix("LEDGER#")):
            self.world.expire(table, name)
        return "expire"
