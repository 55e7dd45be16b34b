"""Lets new versions prove themselves before they get traffic, and lets nothing run away."""

from aws_cdk import Stack

from stacks.config import StageConfig
from stacks.constructs.breaker import Breaker
from stacks.constructs.fleet import Fleet
from stacks.constructs.outputs import output
from stacks.constructs.rollout import Rollout, allow_smoke_tests
from stacks.storage_stack import StorageStack


def guard(stack: Stack, fleet: Fleet, *, config: StageConfig, storage: StorageStack) -> None:
    """Guard the whole fleet: whatever gets traffic is in it without anyone asking for it."""
    before = fleet["check_before_traffic"]
    allow_smoke_tests(before, [each.function for each in fleet.fed])
    if config.deployment:
        Rollout(
            stack,
            "Rollout",
            deployment=config.deployment,
            fed=fleet.fed,
            before=before,
            after=fleet["check_after_traffic"],
        )
    breaker = Breaker(
        stack,
        "Breaker",
        function=fleet["break_runaway"],
        consumers=fleet.consumers,
        streams=fleet.streams,
        topics=[storage.uploads, storage.repairs],
        config=config,
    )
    output(stack, "EventSourceMappings", ",".join(breaker.mappings))
