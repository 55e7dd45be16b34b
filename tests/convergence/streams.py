"""The catalog's stream: shards in order, read by one batch at a time."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from tests.convergence.memory_tables import Change, Stored
from tests.messages import example

FACETS = ("METADATA", "THUMBNAILS")
FIRST = 95  # so that numbers soon gain a digit: text must not be compared
MAX_TRIES = 6
_serialize = TypeSerializer().serialize


@dataclass
class Shard:
    """Records of some keys in order; those before *checkpoint* were handed over and done."""

    records: list[Change] = field(default_factory=list)
    checkpoint: int = 0
    tries: int = 0
    busy: bool = False

    def batch(self, most: int) -> list[Change]:
        """Return the next records."""
        return self.records[self.checkpoint : self.checkpoint + most]


@dataclass
class Stream:
    """Spreads a table's changes over shards by key; the mapping's filter passes what is counted."""

    table: Stored
    keys: list[str]
    shards: list[Shard] = field(default_factory=lambda: [Shard(), Shard()])
    _read: int = 0

    def advance(self) -> None:
        """Take over what has changed since."""
        changes = self.table.changes
        while self._read < len(changes):
            change = changes[self._read]
            self._read += 1
            if change.name[1] in FACETS:
                self.shards[self.keys.index(change.name[0]) % 2].records.append(change)


def event_of(changes: list[Change]) -> dict[str, Any]:
    """Return the event by which Lambda hands over a batch."""
    return {"Records": [_record(change) for change in changes]}


def position(change: Change) -> str:
    """Return the sequence number of a change as the stream tells it."""
    return str(FIRST + change.sequence)


def _record(change: Change) -> dict[str, Any]:
    pk, sk = change.name
    images = {"OldImage": change.old, "NewImage": change.new}
    told = {n: {k: _serialize(v) for k, v in i.items()} for n, i in images.items() if i is not None}
    return {
        **_template(),
        "eventName": "REMOVE" if change.new is None else "MODIFY",
        "dynamodb": {
            **_template()["dynamodb"],
            "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
            "SequenceNumber": position(change),
            **told,
        },
    }


@cache
def _template() -> dict[str, Any]:
    record: dict[str, Any] = example("dynamodb_stream_record")
    return record
