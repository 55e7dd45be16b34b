"""The real sweep over a test's world, and the real consumers over what it sends."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from darkroom.deletions import delete_objects
from darkroom.reconciliation.checkpoint import Checkpoint
from darkroom.reconciliation.findings import Finding
from darkroom.reconciliation.inspection import Inspector, Places
from darkroom.reconciliation.recount import correct
from darkroom.reconciliation.repairs import Repairs
from darkroom.reconciliation.spool import FolderSpool
from darkroom.reconciliation.sweep import Sweep, begin
from darkroom.reconciliation.wrong_line import WrongLine
from darkroom.uploads import hint
from functions.index_metadata import handler as index_metadata
from functions.make_thumbnails import handler as make_thumbnails
from functions.report_changes import handler as report_changes
from tests.functions.conftest import World
from tests.messages import Context, sqs_event, stream_record

FACETS = ("METADATA", "THUMBNAILS")
PLACES = Places("originals", "thumbnails", "catalog", "report", FACETS, 4)
FOR_EVER = float("inf")


@dataclass
class RecordedRepairs:
    """Takes down what is sent and deletes and corrects for real."""

    world: World
    keys: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def send(self, keys: Any) -> None:
        self.keys += keys

    def delete(self, names: Any) -> dict[str, str]:
        self.names += names
        return delete_objects(self.world.s3, "thumbnails", names)

    def correct(self, lines: Any) -> set[int]:
        wrong: list[WrongLine] = list(lines)
        return correct(self.world.report, wrong)


@dataclass
class Workshop:
    """A world whose consumers are fed by hand, and whose stream is read when a test says so."""

    world: World
    folder: Path
    repairs: RecordedRepairs
    position: int = 0

    def put(self, *keys: str, body: bytes) -> None:
        """Upload pictures, and let everyone hear of it."""
        for key in keys:
            self.world.put(key, body)
        self.consume(*keys)

    def consume(self, *keys: str) -> None:
        """Hand keys to both consumers, and what they write to the report."""
        context: Any = Context()
        event = sqs_event(*[hint("originals", key) for key in keys])
        for consumer in (index_metadata, make_thumbnails):
            assert consumer.handler(event, context) == {"batchItemFailures": []}
        for key in keys:
            self.stream(key)

    def stream(self, key: str) -> None:
        """Tell the report of both facets as they are now."""
        context: Any = Context()
        records = []
        for name in FACETS:
            self.position += 1
            found = _plain(self.world.facet(key, name)) or None
            record = stream_record(found, position=self.position, key=key, facet=name)
            records.append(record)
        answer = report_changes.handler({"Records": records}, context)
        assert answer == {"batchItemFailures": []}

    def begin(self) -> Checkpoint:
        """Return the start of a sweep."""
        return begin(PLACES, boto3.resource("dynamodb"))

    def sweep(self, checkpoint: Checkpoint | None = None, **how: Any) -> Sweep:
        """Return a sweep that has not taken a step, or has come as far as *checkpoint*."""
        dynamodb, s3 = boto3.resource("dynamodb"), boto3.client("s3")
        repairs: Repairs = how.pop("repairs", self.repairs)
        spool = how.pop("spool", FolderSpool(self.folder))
        how.setdefault("grace_seconds", -2)
        checkpoint = checkpoint or self.begin()
        places: Places = how.pop("places", PLACES)
        return Sweep(places, s3, dynamodb, spool, repairs, checkpoint, **how)

    def swept(self, **how: Any) -> list[Finding]:
        """Sweep to the end; return what was found."""
        sweep = self.sweep(**how)
        finish(sweep)
        return list(sweep.findings())

    def heal(self) -> None:
        """Let the consumers work off what was sent to them."""
        keys, self.repairs.keys = self.repairs.keys, []
        for key in keys:
            self.consume(key)

    def inspector(self) -> Inspector:
        """Return what looks at one key."""
        return Inspector(PLACES, boto3.client("s3"), boto3.resource("dynamodb"))


def finish(sweep: Sweep) -> Checkpoint:
    """Take all the steps that are left."""
    while not sweep.checkpoint.done:
        sweep.step(FOR_EVER)
    return sweep.checkpoint


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in ("pk", "sk")}
