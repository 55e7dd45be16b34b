"""The report table: a ledger of what each object counts for, and the totals that follow from it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from darkroom.backoff import attempts
from darkroom.contribution import ALL, Contribution, Total, differences
from darkroom.items import ABSENT, UnreadableItem
from darkroom.ledger_items import (
    MOVES,
    POSITION_DIGITS,
    Entry,
    entry_key,
    is_position,
    line_key,
    read_entry,
    read_line,
)
from darkroom.observability import logger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

ATTEMPTS = 8
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
            if entry.position >= _sortable(change.position):
                return False
            if self._transact(entry, change):
                return True
        raise Contended(f"the ledger of {change.key!r} stayed busy over {ATTEMPTS} attempts")

    def _entry(self, change: Change) -> Entry:
        """Return the entry; one that counts nothing where there is none, or none to be read.

        The totals still hold what an unreadable entry had counted. A recount takes it away: it
        makes the totals those of the entries, of which this one is then the newest.
        """
        key = entry_key(change.key, change.facet)
        found = self._table.get_item(Key=key, ConsistentRead=True).get("Item", {})
        stored: Any = found.get("position", ABSENT)
        if not found:
            return Entry("", None)
        try:
            return read_entry(found)
        except UnreadableItem as error:
            logger.error("ledger entry cannot be read", extra={"problem": error.problem})
            return Entry(stored if is_position(stored) else "", None, stored)

    def _transact(self, entry: Entry, change: Change) -> bool:
        totals = differences(entry.contribution, change.contribution)
        if totals:
            totals.setdefault(ALL, {})[MOVES] = 1
        writes = [self._put_entry(entry, change)]
        writes += [self._add(change.key, total, amounts) for total, amounts in totals.items()]
        try:
            self._table.meta.client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if not (_lost_race(error) or self._clean(change.key, totals)):
                raise
            return False
        return True

    def _clean(self, key: str, totals: Iterable[Total]) -> bool:
        """Remove amounts that nothing can be added to; return whether there were any.

        DynamoDB refuses to add to a text, and so every change of that total. The amount begins
        anew; what it lacks then is in the ledger, from which the next recount corrects it.
        """
        cleaned = False
        for total in totals:
            line = line_key(total, shard_of(key, self._shards))
            found = self._table.get_item(Key=line, ConsistentRead=True).get("Item", {})
            for name, problem in read_line(found)[1].items():
                told = {"total": line, "problem": f"{name} is {problem}"}
                logger.error("total cannot be read", extra=told)
                self._remove(line, name, found[name])
                cleaned = True
        return cleaned

    def _remove(self, line: dict[str, str], name: str, value: Any) -> None:
        try:
            self._table.update_item(
                Key=line,
                UpdateExpression="REMOVE #name",
                ConditionExpression="#name = :value",
                ExpressionAttributeNames={"#name": name},
                ExpressionAttributeValues={":value": value},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def _put_entry(self, entry: Entry, change: Change) -> Any:
        item: dict[str, Any] = dict(entry_key(change.key, change.facet))
        item["position"] = _sortable(change.position)
        if change.contribution:
            item["counted"] = change.contribution.as_item()
        else:
            item["expires_at"] = int(time.time()) + self._tombstone_days * 86_400
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(#position)"}
        if entry.stored is not ABSENT:
            condition = {
                "ConditionExpression": "#position = :seen",
                "ExpressionAttributeValues": {":seen": entry.stored},
            }
        condition["ExpressionAttributeNames"] = {"#position": "position"}
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


def _sortable(position: str) -> str:
    """Return a stream's sequence number as text that sorts like the number."""
    return position.zfill(POSITION_DIGITS)


def _lost_race(error: ClientError) -> bool:
    reasons: list[dict[str, str]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
    codes = {reason.get("Code", "None") for reason in reasons} - {"None"}
    return bool(codes) and codes <= RETRIED
