"""Mistakes about counting."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError

from darkroom import ledger
from darkroom.contribution import (
    METADATA,
    THUMBNAILS,
    Contribution,
    Picture,
    contribution_of,
    differences,
)
from darkroom.ledger import Change, Ledger
from darkroom.ledger_items import Entry, read_entry
from darkroom.reconciliation import inspection, recount
from functions.report_changes import handler as report_changes
from tests.convergence.planting import defect, log_of


def _contributions(record: Any) -> tuple[Contribution | None, Contribution | None]:
    stream = record.dynamodb
    old, new = (contribution_of(stream.keys["sk"], i) for i in (stream.old_image, stream.new_image))
    return old, new


def _amounts(self: Ledger, key: str, before: Any, after: Any) -> list[Any]:
    totals = differences(before, after)
    return [self._add(key, total, amounts) for total, amounts in totals.items()]


def _for_show(self: Ledger, record: Any, after: Any) -> Any:
    change = Change(record.dynamodb.keys["pk"], record.dynamodb.keys["sk"], "0", after)
    put = self._put_entry(Entry("", None), change)["Put"]
    return {"Put": {name: put[name] for name in ("TableName", "Item")}}


@contextmanager
def _counting(count: Callable[[Ledger, Any, Any], None]) -> Iterator[None]:
    """Count each record by its two images, as *count* does."""

    def handle(record: Any) -> None:
        try:
            count(report_changes.ledger(), record, _contributions(record))
        except Exception:
            log_of(report_changes).exception("failed")
            raise

    with patch.object(report_changes, "_handle", handle):
        yield


@defect("counters with ADD")
def _plain_add() -> Iterator[None]:
    """The difference of the images is added, as often as the record comes."""

    def add(self: Ledger, record: Any, images: Any) -> None:
        writes = [_for_show(self, record, images[1])]
        writes += _amounts(self, record.dynamodb.keys["pk"], *images)
        self._table.meta.client.transact_write_items(TransactItems=writes)

    with _counting(add):
        yield


@defect("marker instead of ledger under lost batches")
def _marker() -> Iterator[None]:
    """The difference of the images is added once, as a marker by record guarantees."""

    def add_once(self: Ledger, record: Any, images: Any) -> None:
        stream = record.dynamodb
        marker = {"pk": f"LEDGER#marker {stream.sequence_number}", "sk": "MARKER"}
        once = {
            "TableName": self._table.name,
            "Item": marker,
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        writes = [{"Put": once}, _for_show(self, record, images[1])]
        writes += _amounts(self, stream.keys["pk"], *images)
        try:
            self._table.meta.client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", [{}])
            if reasons[0].get("Code") != "ConditionalCheckFailed":
                raise

    with _counting(add_once):
        yield


@defect("ledger in two calls")
def _two_calls() -> Iterator[None]:
    """The entry moves first, the totals after it."""

    def transact(self: Ledger, entry: Any, change: Change) -> bool:
        client = self._table.meta.client
        writes = _amounts(
            self, change.key, entry.contribution if entry else None, change.contribution
        )
        try:
            client.transact_write_items(TransactItems=[self._put_entry(entry, change)])
            if writes:
                client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if not ledger._lost_race(error):
                raise
            return False
        return True

    with patch.object(Ledger, "_transact", transact):
        yield


@defect("ledger keyed by rev")
def _keyed_by_rev() -> Iterator[None]:
    """The later one of two records is the one with the higher revision."""
    read = report_changes.change_of

    def change_by_rev(record: Any) -> Change:
        change, stream = read(record), record.dynamodb
        rev = (stream.new_image or stream.old_image)["rev"]
        return Change(change.key, change.facet, str(rev), change.contribution)

    with patch.object(report_changes, "change_of", change_by_rev):
        yield


@defect("stream positions compared as text")
def _textual() -> Iterator[None]:
    """A sequence number of more digits sorts below one of fewer."""
    with patch.object(ledger, "_sortable", lambda position: position):
        yield


def _forgetful(item: Any) -> Entry:
    entry = read_entry(item)
    return replace(entry, contribution=None) if item["sk"] == THUMBNAILS else entry


@defect("thumbnails counted again with each new version")
def _thumbnails_twice() -> Iterator[None]:
    """What thumbnails counted for before is not remembered."""
    with patch.object(ledger, "read_entry", _forgetful):
        yield


@defect("thumbnails never taken back")
def _thumbnails_for_ever() -> Iterator[None]:
    """Of thumbnails only what is added is counted."""
    handle = report_changes._handle

    def only_more(record: Any) -> None:
        stream = record.dynamodb
        gone = stream.keys["sk"] == THUMBNAILS and "variants" not in (stream.new_image or {})
        if not gone:
            handle(record)

    with patch.object(report_changes, "_handle", only_more):
        yield


@defect("recount that forgets thumbnails")
def _recount_without_thumbnails() -> Iterator[None]:
    """Lines are corrected to what the entries of one facet add up to."""
    with patch.object(recount, "read_entry", _forgetful):
        yield


@defect("sweep that looks at one entry of two")
def _one_entry_of_two() -> Iterator[None]:
    """Thumbnails that nobody counted are none of its business."""
    with patch.object(inspection, "COUNTED", {METADATA: Picture}):
        yield
