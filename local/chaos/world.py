"""The cloud under test and what is known of it while everything goes wrong."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from local.agreement import Inspector
from local.cloud import Cloud
from local.emulator.fault_rules import FaultRules
from local.errors import CloudError

# Retries come after seconds, not minutes, and still a batch is usually done by then.
VISIBILITY_SECONDS = 5
PATIENCE_SECONDS = 300.0
QUEUES = ("Queue", "RepairsQueue")  # of each consumer


@dataclass
class World:
    """The deployed app, the dice, and what was done to it."""

    cloud: Cloud
    random: Random
    tell: Callable[[str], None]
    injected: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)
    swept: Counter[str] = field(default_factory=Counter)
    lost_batches: int = 0
    clients: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def outputs(self) -> dict[str, str]:
        return self.cloud.outputs()

    @cached_property
    def rules(self) -> FaultRules:
        return FaultRules(self.cloud.home)

    @cached_property
    def inspector(self) -> Inspector:
        return Inspector(self.cloud)

    @cached_property
    def functions(self) -> list[str]:
        """The functions that the flow is made of, by their outputs' names without `Function`."""
        return [*self.consumers, *self.reporters]

    @cached_property
    def consumers(self) -> list[str]:
        """Those that a queue with dead letters feeds."""
        names = [name for name in self.outputs if name.endswith("DeadLetters")]
        return sorted(name.removesuffix("DeadLetters") for name in names)

    @cached_property
    def reporters(self) -> list[str]:
        """Those that the catalog's stream feeds."""
        names = [name for name in self.outputs if name.endswith("Failures")]
        return sorted(name.removesuffix("Failures") for name in names)

    def client(self, service: str) -> Any:
        """Return a client of the account's root user."""
        if service not in self.clients:
            self.clients[service] = self.cloud.client(service)
        return self.clients[service]

    def function(self, name: str) -> str:
        return self.outputs[f"{name}Function"]

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until *condition* holds.

        Raises:
            CloudError: if it does not within `PATIENCE_SECONDS`.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise CloudError(f"Not within {PATIENCE_SECONDS:.0f} s: {what}.")
            time.sleep(0.2)

    def set_visibility(self, seconds: int, *consumers: str) -> None:
        """Let messages of these consumers, or of all, come back after *seconds*."""
        for queue in (f"{each}{kind}" for each in consumers or self.consumers for kind in QUEUES):
            self.client("sqs").set_queue_attributes(
                QueueUrl=self.outputs[queue], Attributes={"VisibilityTimeout": str(seconds)}
            )

    def note_lost_batches(self) -> None:
        """Count what a stream gave up on without keeping it; the log ends with the emulator."""
        log = self.cloud.emulator.log.read_text(errors="replace")
        self.lost_batches += log.count("the failed batch is lost")
