"""`doctor`: everything that disagrees with the originals bucket; and its repair."""

import time
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from darkroom.reconciliation.recount import repair
from darkroom.reconciliation.repairs import NoRepairs
from operations.answers import FINE, FOUND, age, plural
from operations.connection import App
from operations.deployment import places_of, repairs_of
from operations.looking import Look, look
from operations.progress import Progress
from operations.queues import under_way

SECONDS_OF_A_MINUTE = 60
POLL_SECONDS = 1.0
QUIET_POLLS = 3  # in a row: between a queue and the next one, a message is in neither
# The last changes of the catalog reach the report a little after the queues are empty.
LOOKS = 5
PAUSE_SECONDS = 2.0


@dataclass(frozen=True)
class Fix:
    """What was done, and what is found after it."""

    keys_sent: int
    thumbnails_deleted: int
    lines_corrected: int
    came_to_rest: bool
    seconds: float
    after: Look

    def as_json(self) -> dict[str, Any]:
        """Return the numbers, and the last look under ``after``."""
        return {
            "keys_sent": self.keys_sent,
            "thumbnails_deleted": self.thumbnails_deleted,
            "lines_corrected": self.lines_corrected,
            "came_to_rest": self.came_to_rest,
            "seconds": round(self.seconds, 1),
            "after": self.after.as_json(),
        }

    def lines(self) -> Iterator[str]:
        """Yield what was done and what remains."""
        done = [
            plural(self.keys_sent, "key") + " sent through the queues",
            plural(self.thumbnails_deleted, "thumbnail") + " deleted",
            plural(self.lines_corrected, "total") + " corrected",
        ]
        yield f"Repaired in {age(self.seconds)}: {', '.join(done)}."
        if not self.came_to_rest:
            yield "The queues were not empty in time: look again later, or give --wait more."
        yield ""
        yield "After it:"
        yield from self.after.lines()


@dataclass(frozen=True)
class Diagnosis:
    """The answer of `doctor`."""

    before: Look
    fix: Fix | None

    @property
    def exit_code(self) -> int:
        """Say whether anything is wrong, or left wrong."""
        last = self.fix.after if self.fix else self.before
        return FINE if last.is_fine else FOUND

    def as_json(self) -> dict[str, Any]:
        """Return what was found; ``fix`` is null if nothing was repaired."""
        return {**self.before.as_json(), "fix": self.fix.as_json() if self.fix else None}

    def lines(self) -> Iterator[str]:
        """Yield what was found, what was done, what remains."""
        yield from self.before.lines()
        if self.fix:
            yield ""
            yield from self.fix.lines()
        elif not self.before.is_fine:
            yield "`doctor --fix` repairs it."


def doctor(app: App, options: Namespace) -> Diagnosis:
    """Look at everything; repair it if told to, and look again."""
    started = time.monotonic()
    repairs = repairs_of(app) if options.fix else NoRepairs()
    before = look(app, repairs, grace_minutes=options.grace, step="Looking at everything")
    if not options.fix or before.is_fine:
        return Diagnosis(before, None)
    came_to_rest = _wait_until_quiet(app, started + options.wait * SECONDS_OF_A_MINUTE)
    after, corrected = _look_after(app, options.grace)
    done = before.checkpoint
    fix = Fix(
        keys_sent=done.sent,
        thumbnails_deleted=done.deleted,
        lines_corrected=done.corrected + corrected,
        came_to_rest=came_to_rest,
        seconds=time.monotonic() - started,
        after=after,
    )
    return Diagnosis(before, fix)


def _look_after(app: App, grace: int) -> tuple[Look, int]:
    """Recount and look until nothing is found, a few times; return how many lines were wrong."""
    places, corrected = places_of(app), 0
    report = app.dynamodb.Table(places.report_table)
    for attempt in range(LOOKS):
        time.sleep(PAUSE_SECONDS if attempt else 0)
        with Progress("Recounting the report"):
            corrected += len(repair(report, places.report_shards).wrong)
        after = look(app, NoRepairs(), grace_minutes=grace, step="Looking again")
        if after.is_fine:
            break
    return after, corrected


def _wait_until_quiet(app: App, until: float) -> bool:
    """Wait until no message has been under way for a while; return whether that came about."""
    quiet = 0
    with Progress("Waiting for the queues to empty") as progress:
        while quiet < QUIET_POLLS:
            if time.monotonic() > until:
                return False
            busy = under_way(app)
            quiet = 0 if busy else quiet + 1
            progress.tell(f"about {plural(busy, 'message')} under way")
            time.sleep(POLL_SECONDS)
    return True
