"""Watches the whole fleet: saved queries, the service level, every alarm, the dashboard."""

from aws_cdk import Stack

from stacks.config import StageConfig
from stacks.constructs.answers import Watched, answers
from stacks.constructs.fleet import Fleet
from stacks.constructs.panels import columns
from stacks.constructs.saved_queries import SavedQueries
from stacks.constructs.service_level import ServiceLevel
from stacks.constructs.watch import Watch
from stacks.storage_stack import StorageStack


def watch(stack: Stack, fleet: Fleet, *, config: StageConfig, storage: StorageStack) -> None:
    """Watch what the stack holds by now: call it when all of it is there."""
    groups = [each.logs for each in fleet.functions]
    SavedQueries(stack, "Queries", folder=f"Darkroom/{config.name}", groups=groups)
    ServiceLevel(stack, "ServiceLevel", config=config, consumers=fleet.consumers)
    tables = [storage.catalog, storage.report]
    Watch(
        stack,
        "Watch",
        key=storage.key,
        email=config.alarm_email,
        columns=columns(
            uploads=storage.uploads,
            consumers=fleet.consumers,
            streams=fleet.streams,
            report=storage.report,
            sweeps=fleet.clocks,
            guards=[*fleet.guards, *(api.function for api in fleet.apis)],
        ),
        rows=answers(Watched(config, storage.uploads, fleet.consumers, fleet.functions, tables)),
    )
