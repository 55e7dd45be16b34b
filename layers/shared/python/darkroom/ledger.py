"""The report table: a ledger of what each object counts for, and the totals that follow from it."""

import time
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from darkroom.backoff import attempts
from darkroom.contribution import ALL, Contribution, Total, differences, remembered

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

ATTEMPTS = 8
ENTRIES = "LEDGER#"
MOVES = "moves"
POSITION_DIGITS = 40  # the longest sequence number that a stream gives
RETRIED = {"ConditionalCheckFailed", "TransactionConflict", "ThrottlingError"}


class Contended(Exception):
    """Others kept changing the same lines; the record will be delivered again."""


@dataclass(frozen=True)
class Change:
    """What an object counts for from a position of the stream on."""

    key: str
    facet: str
    position: str
    contribution: Contribution | None


@dataclass(frozen=True)
class Entry:
    """What the ledger last counted for an object, and up to where in the stream."""

    position: str
    contribution: Contribution | None


class Ledger:
    """Moves entries and totals together, so that no replay can count anything twice.

    The entry of an object is ``LEDGER#<key>`` / ``<facet>``. A total is ``<dimension>#<shard>`` /
    ``<name>``: writers spread over the shards, readers sum them. ``moves`` of ``ALL`` counts the
    changes of a shard: who finds it unchanged has seen the shard at one moment.
    """

    def __init__(self, table: "Table", shards: int, tombstone_days: int) -> None:
        self._table = table
        self._shards = shards
        self._tombstone_days = tombstone_days

    def move(self, change: Change) -> bool:
        """Make the ledger and its totals reflect *change*, unless they know a later one.

        Returns:
            Whether anything was moved: not on a replay.

        Raises:
            Contended: if the lines stayed busy.
        """
        for _ in attempts(ATTEMPTS):
            entry = self._entry(change)
            if entry and entry.position >= _sortable(change.position):
                return False
            if self._transact(entry, change):
                return True
        raise Contended(f"the ledger of {change.key!r} stayed busy over {ATTEMPTS} attempts")

    def _entry(self, change: Change) -> Entry | None:
        key = entry_key(change.key, change.facet)
        found = self._table.get_item(Key=key, ConsistentRead=True).get("Item")
        if found is None:
            return None
        return Entry(str(found["position"]), remembered(change.facet, found))

    def _transact(self, entry: Entry | None, change: Change) -> bool:
        before = entry.contribution if entry else None
        totals = differences(before, change.contribution)
        if totals:
            totals.setdefault(ALL, {})[MOVES] = 1
        writes = [self._put_entry(entry, change)]
        writes += [self._add(change.key, total, amounts) for total, amounts in totals.items()]
        try:
            self._table.meta.client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if not _lost_race(error):
                raise
            return False
        return True

    def _put_entry(self, entry: Entry | None, change: Change) -> Any:
        item: dict[str, Any] = dict(entry_key(change.key, change.facet))
        item["position"] = _sortable(change.position)
        if change.contribution:
            item["counted"] = change.contribution.as_item()
        else:
            item["expires_at"] = int(time.time()) + self._tombstone_days * 86_400
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if entry:
            condition = {
                "ConditionExpression": "#position = :seen",
                "ExpressionAttributeNames": {"#position": "position"},
                "ExpressionAttributeValues": {":seen": entry.position},
            }
        return {"Put": {"TableName": self._table.name, "Item": item, **condition}}

    def _add(self, key: str, total: Total, amounts: dict[str, int]) -> Any:
        names = {f"#{number}": name for number, name in enumerate(amounts)}
        return {
            "Update": {
                "TableName": self._table.name,
                "Key": line_key(total, shard_of(key, self._shards)),
                "UpdateExpression": "ADD " + ", ".join(f"{name} :{name[1:]}" for name in names),
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": {f":{i[1:]}": amounts[n] for i, n in names.items()},
            }
        }


def shard_of(key: str, shards: int) -> int:
    """Return the shard of the totals that an object counts in."""
    return int.from_bytes(sha256(key.encode()).digest()[:4]) % shards


def line_key(total: Total, shard: int) -> dict[str, str]:
    """Return the key of a total's item in a shard."""
    return {"pk": f"{total.dimension}#{shard}", "sk": total.name}


def entry_key(key: str, facet: str) -> dict[str, str]:
    """Return the key of an object's entry."""
    return {"pk": f"{ENTRIES}{key}", "sk": facet}


def _sortable(position: str) -> str:
    """Return a stream's sequence number as text that sorts like the number."""
    return position.zfill(POSITION_DIGITS)


def _lost_race(error: ClientError) -> bool:
    reasons: list[dict[str, str]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
    codes = {reason.get("Code", "None") for reason in reasons} - {"None"}
    return bool(codes) and codes <= RETRIED
