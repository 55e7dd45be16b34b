"""The real sweep in the small world: a tick of its schedule, or all of it at once."""

from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from darkroom.reconciliation.checkpoint import PLACE, Checkpoint
from functions.reconcile import handler as reconcile
from tests.convergence.disagreement import Disagreement
from tests.convergence.tasks import Task
from tests.convergence.world import World
from tests.messages import Context

# Longer than the grace of any sweep, and than any lease.
QUIET = timedelta(minutes=61)
FOR_EVER = 100_000


def tick(world: World, calls: int) -> Task:
    """Start the function, or let it go on, for so many calls; it ends soon if one is at work."""

    def work() -> None:
        try:
            _invoke(world, calls)
        except (ClientError, BotoCoreError) as error:
            world.note(f"the sweep: {error!r}; it is left to the next tick")

    return world.start("sweep", set(), work, lambda _: None)


def finish(world: World) -> None:
    """Let time pass and bring the sweep that was begun to its end, from where it stands."""
    world.ports.wait(QUIET)
    _invoke(world, FOR_EVER)


def sweep(world: World) -> dict[str, int]:
    """Let time pass and sweep all from the beginning; return what was found, by its kind."""
    if under_way(world):
        finish(world)
    finish(world)
    swept = _checkpoint(world)
    if swept is None or not swept.done:
        raise Disagreement(["I5: the sweep does not come to an end"])
    return {kind: number for kind, number in swept.found.items() if number}


def under_way(world: World) -> bool:
    """Tell whether a sweep was begun and not ended."""
    checkpoint = _checkpoint(world)
    return checkpoint is not None and not checkpoint.done


def _checkpoint(world: World) -> Checkpoint | None:
    item = world.ports.report.items.get((PLACE["pk"], PLACE["sk"]))
    return Checkpoint.from_json(item["sweeps"][0]) if item else None


def _invoke(world: World, calls: int) -> None:
    context: Any = Context(remaining_ms=(reconcile.RESERVE_SECONDS + calls) * 1000)
    try:
        answer = reconcile.handler({"start": True}, context)
    except (ClientError, BotoCoreError, Disagreement):
        raise
    except Exception as error:
        raise Disagreement([f"I5: the sweep fails: {error!r}"]) from error
    world.note(f"sweep: {answer['sweep']}")
