"""Lets a world come to rest: nothing fails any more, and all that waits is delivered."""

from collections import Counter

from tests.convergence.disagreement import Disagreement
from tests.convergence.invariants import check
from tests.convergence.sweeping import sweep
from tests.convergence.world import CONSUMERS, World

MOST_STEPS = 4000
MOST_REDRIVES = 2


def settle(world: World) -> None:
    """Deliver and redrive until nothing is left to do (I5: which must come)."""
    redrives: Counter[str] = Counter()
    for _ in range(MOST_STEPS):
        if not (_advance(world) or _redrive(world, redrives)):
            return
    raise Disagreement(["I5: the world does not become quiet"])


def heal(world: World, *, again: bool) -> None:
    """Sweep once, and all is well; *again*: the next sweep finds nothing."""
    world.note(f"-- a sweep finds {sweep(world)}")
    settle(world)
    check(world)
    if again and (found := sweep(world)):
        raise Disagreement([f"I5: all is well, and the next sweep finds {found}"])


def _advance(world: World) -> bool:
    for task in world.tasks.values():
        world.resume(task)
        return True
    return _receive(world) or _poll(world)


def _receive(world: World) -> bool:
    for consumer, queue in world.queues.items():
        if queue.waiting:
            world.receive(consumer, queue.waiting[0])
            return True
    return False


def _poll(world: World) -> bool:
    world.stream.advance()
    for number, shard in enumerate(world.stream.shards):
        if shard.checkpoint < len(shard.records):
            world.poll(number, 10)
            return True
    return False


def _redrive(world: World, redrives: Counter[str]) -> bool:
    for queue in world.queues.values():
        for message in queue.dead:
            origin = message.name.rstrip("'")
            if message.key and redrives[origin] < MOST_REDRIVES * len(CONSUMERS):
                redrives[origin] += 1
                queue.redrive(message)
                return True
    return False
