"""`pause` and `resume`: all that feeds the app's functions, off and on again."""

import time
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from operations.answers import FINE, plural, table
from operations.connection import App
from operations.errors import TimeLimit
from operations.feeds import MAPPINGS
from operations.pausing import BUSY, PATIENCE_SECONDS
from operations.progress import Progress

POLL_SECONDS = 1.0
WAITS = "Uploads wait in the queues for four days, changes in the stream for one."
GOES_ON = "What had waited is being handled now."
SETTLED = {True: "Enabled", False: "Disabled"}


@dataclass(frozen=True)
class Switched:
    """The answer: what each mapping reads, and its state before; all are *enabled* now or not."""

    before: list[tuple[str, str, str]]
    enabled: bool

    @property
    def exit_code(self) -> int:
        """It is as it was wanted."""
        return FINE

    def as_json(self) -> Any:
        """Return each mapping, and the state in which all of them are."""
        names = ("mapping", "source", "before")
        found = [dict(zip(names, each, strict=True)) for each in self.before]
        return {"now": SETTLED[self.enabled], "mappings": found}

    def lines(self) -> Iterator[str]:
        """Yield a line for each mapping, then what it means."""
        now = SETTLED[self.enabled]
        yield from table(("MAPPING", "READS", "WAS", "IS"), ((*each, now) for each in self.before))
        changed = sum(state != now for *_, state in self.before)
        yield f"{plural(changed, 'mapping')} switched. {GOES_ON if self.enabled else WAITS}"


def pause(app: App, _: Namespace) -> Switched:
    """Switch all mappings off."""
    return _switch(app, enabled=False)


def resume(app: App, _: Namespace) -> Switched:
    """Switch all mappings on: after `pause`, or after the breaker stopped a runaway."""
    return _switch(app, enabled=True)


def _switch(app: App, *, enabled: bool) -> Switched:
    client, give_up = app.client("lambda"), time.monotonic() + PATIENCE_SECONDS
    uuids = app.output(MAPPINGS).split(",")
    with Progress("Switching event source mappings"):
        before = [_look(client, uuid) for uuid in uuids]
        for uuid in uuids:
            _order(client, uuid, enabled, give_up)
        for uuid in uuids:
            _wait(client, uuid, enabled, give_up)
    return Switched(before, enabled)


def _look(client: Any, uuid: str) -> tuple[str, str, str]:
    found = client.get_event_source_mapping(UUID=uuid)
    return uuid, found["EventSourceArn"].split(":", 5)[-1], found["State"]


def _order(client: Any, uuid: str, enabled: bool, give_up: float) -> None:
    """Give the order; while a mapping is still changing its state, AWS takes none."""
    while True:
        try:
            client.update_event_source_mapping(UUID=uuid, Enabled=enabled)
            return
        except ClientError as error:
            if error.response["Error"]["Code"] not in BUSY or time.monotonic() > give_up:
                raise
        time.sleep(POLL_SECONDS)


def _wait(client: Any, uuid: str, enabled: bool, give_up: float) -> None:
    while (state := client.get_event_source_mapping(UUID=uuid)["State"]) != SETTLED[enabled]:
        if time.monotonic() > give_up:
            raise TimeLimit(f"The mapping {uuid} is still {state} after {PATIENCE_SECONDS} s.")
        time.sleep(POLL_SECONDS)
