"""One schedule from its seed to the verdict, and a failing one made as short as can be."""

from dataclasses import dataclass

from tests.convergence.choices import Action
from tests.convergence.disagreement import Disagreement
from tests.convergence.invariants import check
from tests.convergence.plans import plan
from tests.convergence.schedules import Schedule
from tests.convergence.seams import Ports
from tests.convergence.settling import heal, settle
from tests.convergence.sweeping import finish, under_way
from tests.convergence.world import World


@dataclass
class Failure:
    """A schedule after which something was wrong, the shortest that was found, and its story."""

    seed: int
    profile: str
    problems: list[str]
    actions: list[Action]
    story: list[str]

    def __str__(self) -> str:
        head = f"seed {self.seed}, profile {self.profile}, {len(self.actions)} actions:"
        return "\n".join([head, *(f"  {line}" for line in (*self.story, *self.problems))])


def run(ports: Ports, seed: int) -> Schedule:
    """Carry out the schedule of *seed*; raise `Disagreement` if it ends badly."""
    schedule = Schedule(plan(seed), World(ports))
    try:
        schedule.run()
        schedule.finish()
        _conclude(schedule)
    except Disagreement as wrong:
        wrong.actions = schedule.done
        raise
    return schedule


def repeat(ports: Ports, seed: int, actions: list[Action]) -> tuple[list[str], list[str]]:
    """Carry out *actions* of a seed's plan; return what is wrong in the end, and the story."""
    world = World(ports, trace=[])
    schedule = Schedule(plan(seed), world)
    try:
        for action in actions:
            schedule.act(action)
        _conclude(schedule)
    except Disagreement as wrong:
        return wrong.problems, world.trace or []
    return [], world.trace or []


def _conclude(schedule: Schedule) -> None:
    world, swept = schedule.world, schedule.plan.swept
    world.note("-- nothing fails any more; all is delivered")
    settle(world)
    if under_way(world):
        world.note("-- the sweep that was begun comes to its end, an hour later")
        finish(world)
        settle(world)
    if not world.lost:
        check(world)
    if world.lost or swept:
        world.note(f"-- {', '.join(world.lost) or 'nothing'} was lost")
        heal(world, again=swept)


def find(ports: Ports, seed: int) -> Failure | None:
    """Return what is wrong with the schedule of *seed*, shortened."""
    try:
        run(ports, seed)
    except Disagreement as wrong:
        return explain(ports, seed, wrong.actions)
    return None


def explain(ports: Ports, seed: int, actions: list[Action]) -> Failure:
    """Return the shortest part of *actions* that still fails, with its story."""
    shortest = shorten(ports, seed, actions)
    problems, story = repeat(ports, seed, shortest)
    return Failure(seed, plan(seed).profile, problems, shortest, story)


def shorten(ports: Ports, seed: int, actions: list[Action]) -> list[Action]:
    """Leave out actions, many at first, then one by one, as long as the rest still fails."""
    size = max(1, len(actions) // 2)
    while True:
        shorter = _without(ports, seed, actions, size)
        if size == 1 and len(shorter) == len(actions):
            return actions
        size = max(1, size // 2)
        actions = shorter


def _without(ports: Ports, seed: int, actions: list[Action], size: int) -> list[Action]:
    start = 0
    while start < len(actions):
        rest = actions[:start] + actions[start + size :]
        if repeat(ports, seed, rest)[0]:
            actions = rest
        else:
            start += size
    return actions
