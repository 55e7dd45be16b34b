"""A slow writer is overtaken: what it read first it may not write last."""

import time
from collections.abc import Iterator

from local.chaos.clients import Client
from local.chaos.disruptions import last
from local.chaos.world import World
from local.emulator.fault_rules import Rule

KEYS = ("overtaken/overwritten.jpg", "overtaken/deleted.jpg")
SLOW = Rule("Late", "dynamodb", ("PutItem",), seconds=6.0)
SETTLING_SECONDS = 300.0


def overtake(world: World, client: Client) -> list[str]:
    """Change keys while their first versions are being written; return what was spoilt."""
    overwritten, deleted = KEYS
    world.rules.set([SLOW])
    for key in KEYS:
        client.put(key)
        time.sleep(0.5)  # for an invocation of its own
    wanted = len(KEYS) * len(world.consumers)
    last(0, lambda: late(world) >= wanted)
    world.rules.clear()
    client.put(overwritten)
    client.delete(deleted)
    time.sleep(SLOW.seconds)
    last(0, lambda: not (world.inspector.waiting() or list(spoilt(world))), SETTLING_SECONDS)
    world.injected["slow writers overtaken"] += late(world)
    return list(spoilt(world))


def late(world: World) -> int:
    return world.rules.injected()["Late dynamodb:PutItem"]


def spoilt(world: World) -> Iterator[str]:
    wrong = world.inspector.look().disagreements
    return (error for error in wrong if any(key in error for key in KEYS))
