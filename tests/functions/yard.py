"""A small system over tables and buckets in memory, whose messages are delivered by hand."""

import json
from datetime import timedelta
from typing import Any

from darkroom.reconciliation.findings import Finding
from functions.index_metadata import handler as index_metadata
from functions.make_thumbnails import handler as make_thumbnails
from functions.reconcile import handler as reconcile
from functions.report_changes import handler as report_changes
from tests.convergence import streams
from tests.convergence.contents import PICTURES
from tests.convergence.seams import Ports
from tests.malformed import FACETS, WELL, Items
from tests.messages import Context, notification, sqs_event

LONG: Any = Context(remaining_ms=10**9)


class Yard:
    """The real consumers, report and sweep over *ports*, with one picture that is well."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        ports.clear()
        self.sent: list[str] = []
        ports.deliver = self.sent.append
        self._streamed = 0
        self.put(WELL, PICTURES[0])
        self.deliver()

    def put(self, key: str, body: bytes) -> None:
        """Upload a picture."""
        self.ports.s3.put_object(Bucket="originals", Key=key, Body=body)
        self.touch(key)

    def touch(self, key: str) -> None:
        """Send what makes both consumers look at *key*."""
        self.sent.append(json.dumps(notification(key)))

    def write(self, catalog: Items, report: Items) -> None:
        """Put these items into the tables, whatever was there."""
        for table, items in (("catalog", catalog), ("report", report)):
            for pk, sk, item in items:
                whole = {"pk": pk, "sk": sk, **item}
                self.ports.dynamodb.put_item(TableName=table, Item=whole)

    def deliver(self) -> None:
        """Hand what was sent to the consumers, and what they write to the report."""
        messages, self.sent[:] = list(self.sent), []
        for message in messages:
            for consumer in (index_metadata, make_thumbnails):
                assert consumer.handler(sqs_event(message), LONG) == {"batchItemFailures": []}
        changes = self.ports.catalog.changes[self._streamed :]
        self._streamed += len(changes)
        ours = [change for change in changes if change.name[1] in FACETS]
        if ours:
            answer = report_changes.handler(streams.event_of(ours), LONG)
            assert answer == {"batchItemFailures": []}

    def sweep(self) -> list[Finding]:
        """Let the function sweep from beginning to end; return what it found."""
        self.ports.wait(timedelta(hours=2))
        assert reconcile.handler({"start": True}, LONG) == {"sweep": "finished"}
        kept = reconcile.checkpoints().load().checkpoint
        assert kept is not None
        return list(reconcile.sweep_from(kept).findings())
