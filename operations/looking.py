"""One look at the whole app, by the sweep that also runs on a schedule."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from darkroom.reconciliation.checkpoint import Checkpoint
from darkroom.reconciliation.findings import Finding
from darkroom.reconciliation.repairs import Repairs
from darkroom.reconciliation.spool import FolderSpool
from darkroom.reconciliation.sweep import Sweep, begin
from operations.answers import plural, table
from operations.connection import App
from operations.dead_letter_places import waiting
from operations.deployment import places_of
from operations.feeds import Pause, switched_off
from operations.progress import Progress
from operations.queues import under_way
from operations.verdict import BEING_COUNTED

STEP_SECONDS = 1.0  # so that there is something new to show


@dataclass(frozen=True)
class Look:
    """What was found; messages, dead letters and the pause are from just before."""

    findings: Sequence[Finding]
    checkpoint: Checkpoint
    messages_under_way: int
    dead_letters: Mapping[str, int]
    pause: Pause

    def as_json(self) -> dict[str, Any]:
        """Return all of it.

        ``not_listed`` keys are wrong as well, but too many to look at; ``being_counted`` is how
        many keys' last changes are on their way from the catalog to the report.
        """
        return {
            "objects": self.checkpoint.objects,
            "findings": [asdict(finding) for finding in self.findings],
            "found": dict(Counter(str(finding.kind) for finding in self.findings)),
            "not_listed": self.checkpoint.postponed,
            "being_counted": self.checkpoint.uncounted,
            "unverified_shards": list(self.checkpoint.unverified),
            "messages_under_way": self.messages_under_way,
            "dead_letters": dict(self.dead_letters),
            "paused": self.pause.as_json(),
        }

    @property
    def is_fine(self) -> bool:
        """Whether all agrees, as far as it can be said."""
        return not self.findings and not self.checkpoint.postponed

    def lines(self) -> Iterator[str]:
        """Yield whether the app is paused, a table of findings, then what to make of them."""
        yield from self.pause.lines()
        if self.findings:
            rows = ((f.kind, f.key or "-", f.what, f.detail) for f in self.findings)
            yield from table(("KIND", "KEY", "WHAT", "DETAIL"), rows)
            yield ""
        yield self.summary()
        if self.checkpoint.postponed:
            yield f"{self.checkpoint.postponed} keys more seem wrong; look again after a --fix."
        yield from self._reservations()

    def summary(self) -> str:
        """Return the numbers in a line."""
        objects = plural(self.checkpoint.objects, "object")
        if not self.findings:
            return f"Nothing is wrong: {objects}, and all that is kept agrees with them."
        counts = Counter(finding.kind.lower().replace("_", " ") for finding in self.findings)
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        return f"{plural(len(self.findings), 'finding')} in {objects}: {kinds}."

    def _reservations(self) -> Iterator[str]:
        if self.messages_under_way:
            count = plural(self.messages_under_way, "message")
            state = "waited" if self.pause.holds_up_pictures else "were under way"
            yield f"About {count} {state}: what is found may be work in progress."
        if self.checkpoint.uncounted:
            count = plural(self.checkpoint.uncounted, "object")
            yield f"The report has not counted the last change of {count} yet: it is under way."
        if self.checkpoint.unverified:
            shards = ", ".join(map(str, self.checkpoint.unverified))
            yield f"Changes were counted in shard {shards} of the totals: not verified."
        for place, waits in self.dead_letters.items():
            yield f"{place} holds {waits}: `dlq show` says why, `dlq redrive` sends them back."


def look(app: App, repairs: Repairs, *, grace_minutes: int, step: str) -> Look:
    """Sweep once over everything; *repairs* decides what becomes of what is found."""
    busy, dead, pause = under_way(app), dict(waiting(app)), switched_off(app)
    with TemporaryDirectory(prefix="darkroom-") as folder, Progress(step) as progress:
        lag = BEING_COUNTED + pause.length if pause.holds_up_pictures else BEING_COUNTED
        sweep = _sweep(app, repairs, Path(folder), grace_minutes, lag)
        while not sweep.checkpoint.done:
            now = sweep.step(time.monotonic() + STEP_SECONDS)
            found = plural(sum(now.found.values()), "finding")
            phase = str(now.phase).lower()
            progress.tell(f"{plural(now.objects, 'object')}, {found}, reading {phase}")
        return Look(list(sweep.findings()), sweep.checkpoint, busy, dead, pause)


def _sweep(app: App, repairs: Repairs, folder: Path, grace_minutes: int, lag: timedelta) -> Sweep:
    places = places_of(app)
    return Sweep(
        places,
        app.client("s3"),
        app.dynamodb,
        FolderSpool(folder),
        repairs,
        begin(places, app.dynamodb),
        grace_seconds=grace_minutes * 60,
        lag_seconds=lag.total_seconds(),
    )
