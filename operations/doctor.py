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
from operations.feeds import switched_off
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
        if not self.came_to_rest and not self.after.pause:
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
        """Return whether anything is wrong, left wrong, or paused."""
        last = self.fix.after if self.fix else self.before
        return FINE if last.is_fine and not last.pause else FOUND

    def as_json(self) -> dict[str, Any]:
        """Return what was found; ``fix`` is null if nothing was repaired."""
        return {**self.before.as_json(), "fix": self.fix.as_json() if self.fix else None}

    def lines(self) -> Iterator[str]:
        """Yield what was found, what was done, what remains."""
        yield from self.before.lines()
        if self.fix:
            yield ""
            yield from self.fix.lines()
        elif self.before.is_fine:
            return
        elif self.before.pause.holds_up_pictures:
            yield "Nothing is repaired while the app is paused: `resume`, then `doctor --fix`."
        else:
            yield "`doctor --fix` repairs it."


def doctor(app: App, options: Namespace) -> Diagnosis:
    """Look at everything; repair it if told to, and look again."""
    started = time.monotonic()
    # Repairs go through the queues: while nothing reads those, they would only pile up.
    fix = options.fix and not switched_off(app).holds_up_pictures
    repairs = repairs_of(app) if fix else NoRepairs()
    before = look(app, repairs, grace_minutes=options.grace, step="Looking at everything")
    if not fix or before.is_fine:
        return Diagnosis(before, None)
    came_to_rest = _wait_until_quiet(app, started + options.wait * SECONDS_OF_A_MINUTE)
    after, corrected = _look_after(app, options.grace)
    done = before.checkpoint
    fixed = Fix(
        keys_sent=done.sent,
        thumbnails_deleted=done.deleted,
        lines_corrected=done.corrected + corrected,
        came_to_rest=came_to_rest,
        seconds=time.monotonic() - started,
        after=after,
    )
    return Diagnosis(before, fixed)


def _look_after(app: App, grace: int) -> tuple[Look, int]:
    """Recount and look until nothing is found, a few times; return how many lines were wrong."""
    places, corrected = places_of(app), 0
    report = app.dynamodb.Table(places.report_table)
    for attempt in range(LOOKS):
        time.sleep(PAUSE_SECONDS if attempt else 0)
        with Progress("Recounting the report"):
            corrected += len(repair(report, places.report_shards).wrong)
        after = look(app, NoRepairs(), grace_minutes=grace, step="Looking again")
        if after.is_fine and not after.checkpoint.uncounted:
            break
    return after, corrected


def _wait_until_quiet(app: App, until: float) -> bool:
    """Wait until no message has been under way for a while; return whether that came about.

    Nothing empties the queues of an app that the breaker or an operator has paused meanwhile.
    """
    quiet, before = 0, 0
    with Progress("Waiting for the queues to empty") as progress:
        while quiet < QUIET_POLLS:
            if time.monotonic() > until:
                return False
            busy = under_way(app)
            if busy and busy >= before and switched_off(app).holds_up_pictures:
                return False
            quiet, before = 0 if busy else quiet + 1, busy
            progress.tell(f"about {plural(busy, 'message')} under way")
            time.sleep(POLL_SECONDS)
    return True
