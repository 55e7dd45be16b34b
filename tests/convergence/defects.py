"""Mistakes that such systems make, each planted into the real code in a few lines.

They show what the schedules can see: `test_defects` wants every one of them caught.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from darkroom import aws, convergence, ledger, uploads
from darkroom.catalog import Catalog, Fence
from darkroom.contribution import Contribution, differences
from darkroom.convergence import Convergence
from darkroom.ledger import Change, Ledger
from darkroom.originals import Originals
from darkroom.refusals import Reason, Refused
from darkroom.service_level import Announcement
from darkroom.thumbnail_names import folder_of
from functions.make_thumbnails import shelf
from functions.report_changes import handler as report_changes

Plant = Callable[[], Any]
DEFECTS: dict[str, Plant] = {}


def defect(name: str) -> Callable[[Callable[[], Iterator[None]]], None]:
    """Register what plants the defect called *name* as long as it is open."""

    def register(plant: Callable[[], Iterator[None]]) -> None:
        DEFECTS[name] = contextmanager(plant)

    return register


def _log_of(module: Any) -> Any:
    return module.logger


@contextmanager
def healthy() -> Iterator[None]:
    """Plant nothing."""
    yield


@defect("payload trusted")
def _payload_trusted() -> Iterator[None]:
    """What the event says of the version is believed, and a removal is a removal."""
    read, claimed = uploads._announcements, {}

    def remember(message: dict[str, Any]) -> Iterator[Announcement]:
        for found, record in zip(read(message), message["Records"], strict=True):
            claimed[found.key] = record
            yield found

    open_now = Originals.open

    @contextmanager
    def open_claimed(self: Originals, key: str) -> Iterator[Any]:
        record = claimed.get(key, {"eventName": "sweep"})
        if "Removed" in record["eventName"] or "Expiration" in record["eventName"]:
            yield None
            return
        with open_now(self, key) as found:
            told = record["s3"]["object"]
            if found is None or record["eventName"] == "sweep":
                yield found
                return
            yield replace(found, version_id=told["versionId"])

    with (
        patch.object(uploads, "_announcements", remember),
        patch.object(Originals, "open", open_claimed),
    ):
        yield


def _written(self: Catalog, fence: Fence, attributes: Mapping[str, Any], **condition: Any) -> int:
    rev = fence.next_rev()
    item = {"pk": fence.key, "sk": fence.facet, "rev": rev, **attributes}
    self._table.put_item(Item=item, **condition)
    return rev


@defect("no fence")
def _no_fence() -> Iterator[None]:
    """The facet is written on no condition."""
    with patch.object(Catalog, "write", _written):
        yield


@defect("fence not bumped on a no-op")
def _no_bump() -> Iterator[None]:
    """A facet that says the same already is left alone."""
    write = Catalog.write
    passing = {"pk", "sk", "rev", "recorded_at", "expires_at"}

    def write_news(self: Catalog, fence: Fence, attributes: Mapping[str, Any]) -> int | None:
        key = {"pk": fence.key, "sk": fence.facet}
        old = self._table.get_item(Key=key).get("Item", {})
        if old.get("rev") == fence.rev and all(
            old.get(name) == attributes.get(name)
            for name in (old.keys() | attributes.keys()) - passing
        ):
            return fence.rev
        return write(self, fence, attributes)

    with patch.object(Catalog, "write", write_news):
        yield


@defect("rev restarting")
def _rev_restarting() -> Iterator[None]:
    """The revision is a counter, which an expired tombstone takes back to one."""
    with patch.object(Fence, "next_rev", lambda self: self.rev + 1):
        yield


@defect("tombstone missing")
def _no_tombstone() -> Iterator[None]:
    """The facet of an object that is gone is removed."""
    write = Catalog.write

    def write_or_remove(self: Catalog, fence: Fence, attributes: Mapping[str, Any]) -> int | None:
        if attributes["state"] != "GONE":
            return write(self, fence, attributes)
        unchanged = Attr("rev").eq(fence.rev) if fence.rev else Attr("rev").not_exists()
        try:
            self._table.delete_item(
                Key={"pk": fence.key, "sk": fence.facet}, ConditionExpression=unchanged
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return None
        return fence.next_rev()

    with patch.object(Catalog, "write", write_or_remove):
        yield


@defect("ETag as identity")
def _etag() -> Iterator[None]:
    """An object whose ETag is the catalogued one has not changed."""
    facts, converge = convergence._facts, Convergence.converge
    known: dict[str, str] = {}

    def converge_unless_same(self: Convergence, key: str, describe: Any) -> Any:
        found = self.catalog._table.get_item(Key={"pk": key, "sk": self.facet})
        item: dict[str, Any] = found.get("Item", {})
        head: Any = {}
        with suppress(ClientError):
            head = self.originals._client.head_object(Bucket=self.originals.bucket, Key=key)
        if item.get("etag") and item["etag"] == head.get("ETag"):
            return convergence.Facet(key, int(item["rev"]), item)
        known[key] = head.get("ETag", "")
        return converge(self, key, describe)

    def facts_with_etag(original: Any) -> dict[str, Any]:
        return facts(original) | {"etag": known.get(original.key, "")}

    with (
        patch.object(Convergence, "converge", converge_unless_same),
        patch.object(convergence, "_facts", facts_with_etag),
    ):
        yield


@defect("thumbnails unversioned")
def _unversioned() -> Iterator[None]:
    """A thumbnail is called after its picture, whichever version of it."""
    plain = lambda key, fence, version_id: f"{folder_of(key)}0-always/"  # noqa: E731
    with patch.object(shelf, "attempt_folder", plain):
        yield


@defect("cleanup that removes a newer version's variants")
def _greedy_cleanup() -> Iterator[None]:
    """All that this facet does not name is removed."""
    with patch.object(shelf, "fence_of", lambda name: -1):
        yield


def _contributions(record: Any) -> tuple[Contribution | None, Contribution | None]:
    stream = record.dynamodb
    return Contribution.of(stream.old_image), Contribution.of(stream.new_image)


def _amounts(self: Ledger, key: str, before: Any, after: Any) -> list[Any]:
    totals = differences(before, after)
    return [self._add(key, total, amounts) for total, amounts in totals.items()]


def _for_show(self: Ledger, record: Any, after: Any) -> Any:
    change = Change(record.dynamodb.keys["pk"], "METADATA", "0", after)
    put = self._put_entry(None, change)["Put"]
    return {"Put": {name: put[name] for name in ("TableName", "Item")}}


@contextmanager
def _counting(count: Callable[[Ledger, Any, Any], None]) -> Iterator[None]:
    """Count each record by its two images, as *count* does."""

    def handle(record: Any) -> None:
        try:
            count(report_changes.ledger(), record, _contributions(record))
        except Exception:
            _log_of(report_changes).exception("failed")
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


@defect("message id as idempotency key")
def _message_id() -> Iterator[None]:
    """A message that was begun is not begun again."""
    handle = uploads._handle

    def handle_once(record: Any, action: Any) -> None:
        table = aws.table("seen")
        name = {"pk": record.message_id, "sk": action.__name__}
        try:
            table.put_item(Item=name, ConditionExpression=Attr("pk").not_exists())
        except Exception as error:
            if "ConditionalCheckFailed" in str(error):
                return
            _log_of(uploads).exception("failed")
            raise
        handle(record, action)

    with patch.object(uploads, "_handle", handle_once):
        yield


@defect("permanent error raised")
def _permanent_raised() -> Iterator[None]:
    """A picture that can never succeed is an error like any other."""

    class NeverRaised(Exception):
        pass

    with patch.object(convergence, "Refused", NeverRaised):
        yield


@defect("transient error recorded as permanent")
def _transient_recorded() -> Iterator[None]:
    """Whatever goes wrong with a picture is its own fault."""
    find = Convergence._find

    def find_all(self: Convergence, original: Any, fence: Fence, describe: Any) -> dict[str, Any]:
        def refusing(*given: Any) -> dict[str, Any]:
            try:
                described: dict[str, Any] = describe(*given)
            except Refused:
                raise
            except Exception as error:
                raise Refused(Reason.CORRUPT, repr(error)) from error
            return described

        return find(self, original, fence, refusing)

    with patch.object(Convergence, "_find", find_all):
        yield


@defect("bucket read before the fence")
def _fence_last() -> Iterator[None]:
    """The revision is read when the work is done."""
    find = Convergence._find

    def find_then_fence(self: Convergence, original: Any, fence: Fence, describe: Any) -> Any:
        found = find(self, original, fence, describe)
        late = self.catalog.fence(fence.key, fence.facet)
        object.__setattr__(fence, "rev", late.rev)
        return found

    with patch.object(Convergence, "_find", find_then_fence):
        yield


@defect("stream positions compared as text")
def _textual() -> Iterator[None]:
    """A sequence number of more digits sorts below one of fewer."""
    with patch.object(ledger, "_sortable", lambda position: position):
        yield


@defect("failures acknowledged")
def _swallowed() -> Iterator[None]:
    """What fails is logged and forgotten."""
    handle = uploads._handle

    def handle_all(record: Any, action: Any) -> None:
        with suppress(Exception):
            handle(record, action)

    with patch.object(uploads, "_handle", handle_all):
        yield
