"""One run: deploy, work, disrupt, repair, check."""

import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.chaos.checker import Errors, check
from local.chaos.clients import Client
from local.chaos.dice import dice
from local.chaos.disruptions import ALWAYS, DISRUPTIONS, Disruption
from local.chaos.losses import lose_and_sweep
from local.chaos.overtaking import overtake
from local.chaos.pictures import keys, picture
from local.chaos.planted import plant
from local.chaos.repairs import redrive, replay
from local.chaos.world import VISIBILITY_SECONDS, World
from local.cloud import Cloud
from local.progress import Progress

CLIENTS = 4
KEYS = 40
SHORTEST, LONGEST = 2.5, 20.0  # seconds that one disruption lasts
QUIET_SECONDS = 900.0


@dataclass(frozen=True)
class Outcome:
    """What was done, injected and found; *errors* by invariant."""

    seed: int
    seconds: float
    done: Counter[str]
    injected: Counter[str]
    given_up: Counter[str]
    swept: Counter[str]
    objects: int
    errors: Errors

    @property
    def held(self) -> bool:
        return not any(self.errors.values())


def run(minutes: float, seed: int) -> tuple[Outcome, Path | None]:
    """Run on a cloud of its own; return the outcome and, if something is wrong, that cloud's home.

    *minutes* is how long things go wrong; deploying, settling and checking come on top.
    """
    home = Path(tempfile.mkdtemp(prefix="darkroom-chaos-"))
    cloud, keep = Cloud(home), False
    try:
        cloud.up()
        outcome = run_on(cloud, minutes, seed)
        keep = not outcome.held
    except Exception:
        keep = True
        print(f"What is left of the run is in {home}.", file=sys.stderr)
        raise
    finally:
        (cloud.stop if keep else cloud.delete)()
    return outcome, home if keep else None


def run_on(cloud: Cloud, minutes: float, seed: int) -> Outcome:
    """Run on a cloud to which the app, and nothing else, is deployed."""
    started = time.monotonic()
    tell = teller(started)
    world = World(cloud, dice(seed), tell)
    names = keys(dice(seed, "keys"), KEYS)
    world.set_visibility(VISIBILITY_SECONDS)
    clients = [client(world, seed, number, names) for number in range(CLIENTS)]
    upload_all(world, clients[0], names)
    planted = plant(world, names)
    tell("poison among nine others, and an unreadable item: set aside")
    overtaken = overtake(world, clients[0])
    tell("slow writers overtaken")
    with at_work(clients):
        disrupt(world, minutes * 60)
    settle(world)
    errors = check(world)
    errors["I1"] = [*overtaken, *errors["I1"]]
    errors["I4"] = [*planted, *errors["I4"]]
    if not any(errors.values()):
        errors["swept"] = lose_and_sweep(world, clients[0])
    injected = world.injected + world.rules.injected()
    errors["faults"] = not_injected(injected + world.given_up)
    return Outcome(
        seed,
        time.monotonic() - started,
        sum((each.done for each in clients), Counter()),
        injected,
        world.given_up,
        world.swept,
        len(world.inspector.look().originals),
        errors,
    )


def teller(started: float) -> Callable[[str], None]:
    """Return what tells the watcher how far the run is."""

    def tell(what: str) -> None:
        print(f"{time.monotonic() - started:5.0f} s  {what}", file=sys.stderr, flush=True)

    return tell


def client(world: World, seed: int, number: int, names: list[str]) -> Client:
    random = dice(seed, "client", number)
    return Client(world.cloud.client("s3"), world.outputs["OriginalsBucket"], names, random)


def upload_all(world: World, first: Client, names: list[str]) -> None:
    for key in names:
        first.s3.put_object(Bucket=first.bucket, Key=key, Body=picture(first.random))
        first.done["put"] += 1
    world.wait(lambda: is_quiet(world), "the first uploads are through")
    world.tell(f"{len(names)} pictures uploaded, and all agrees")


def is_quiet(world: World) -> bool:
    return not world.inspector.waiting() and not world.inspector.look().disagreements


@contextmanager
def at_work(clients: list[Client]) -> Iterator[None]:
    stop = threading.Event()
    threads = [threading.Thread(target=each.work_until, args=(stop,)) for each in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def disrupt(world: World, seconds: float) -> None:
    """Let one thing after the other go wrong: each once, then on until the time is over."""
    world.rules.set(ALWAYS)
    deadline = time.monotonic() + seconds
    lasting = min(LONGEST, max(SHORTEST, seconds / len(DISRUPTIONS) - 1))
    for what, disruption in rounds(world, deadline):
        world.tell(what)
        disruption(world, lasting)
        time.sleep(world.random.uniform(0.2, 1))
    world.rules.clear()
    world.tell("nothing goes wrong any more")


def rounds(world: World, deadline: float) -> Iterator[tuple[str, Disruption]]:
    first = True
    while first or time.monotonic() < deadline:
        for name in world.random.sample(list(DISRUPTIONS), len(DISRUPTIONS)):
            if first or time.monotonic() < deadline:
                yield name, DISRUPTIONS[name]
        first = False


def settle(world: World) -> None:
    """Repair until all is quiet and agrees, or patience ends; the checker has the last word."""
    deadline = time.monotonic() + QUIET_SECONDS
    with Progress("Settling") as progress:
        while time.monotonic() < deadline:
            moved = redrive(world) + replay(world)
            waiting, wrong = world.inspector.waiting(), len(world.inspector.look().disagreements)
            progress.tick(f"{waiting} messages, {wrong} things do not agree yet")
            if not (moved or waiting or wrong):
                progress.done("quiet")
                break
            time.sleep(1)
    world.tell(f"{sum(world.given_up.values())} redriven or replayed; now the proof")


def not_injected(injected: Counter[str]) -> list[str]:
    """Return the faults that this run owes: without them it proves nothing."""
    owed = (
        "worker processes killed",
        "emulator stopped and started",
        "functions throttled",
        "grants taken from MakeThumbnails",
        "grants taken from IndexMetadata",
        "grants taken from ReportChanges",
        "events lost",
        "items made unreadable",
        "stale or false events",
        "stream records replayed",
        "ProvisionedThroughputExceededException dynamodb",
        "ThrottlingException dynamodb",
        "TransactionConflict dynamodb",
        "SlowDown s3",
        "AnswerLost s3",
        "AnswerLost dynamodb",
        "Late s3",
        "slow writers overtaken",
        "dead letters of MakeThumbnails",
        "dead letters of IndexMetadata",
        "records that the stream gave up on",
    )
    return [
        f"never injected: {what}"
        for what in owed
        if not any(what in name for name, count in injected.items() if count)
    ]
