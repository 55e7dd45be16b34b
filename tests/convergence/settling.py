"""Lets a world come to rest: nothing fails any more, and all that waits is delivered."""

from collections import Counter

from tests.convergence.invariants import Disagreement
from tests.convergence.world import World

MOST_STEPS = 4000
MOST_REDRIVES = 2


def settle(world: World) -> None:
    """Deliver and redrive until nothing is left to do (I5: which must come)."""
    redrives: Counter[str] = Counter()
    for _ in range(MOST_STEPS):
        if not (_advance(world) or _redrive(world, redrives)):
            return
    raise Disagreement(["I5: the world does not become quiet"])


def heal(world: World) -> None:
    """Do what the sweep will do about what was lost: ask the consumers to look at every key."""
    for key in sorted(world.seen):
        world.announce("sweep", key, {"eventName": "sweep", "versionId": ""}, "told")
    settle(world)


def _advance(world: World) -> bool:
    for task in world.tasks.values():
        world.resume(task)
        return True
    return _receive(world) or _poll(world)


def _receive(world: World) -> bool:
    for consumer, queue in world.queues.items():
        if queue.waiting:
            world.receive(consumer, queue.waiting[:10])
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
            if message.key and redrives[origin] < MOST_REDRIVES * len(world.queues):
                redrives[origin] += 1
                queue.redrive(message)
                return True
    return False
