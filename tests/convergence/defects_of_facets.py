"""Mistakes about how a facet is written and what goes with it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from unittest.mock import patch

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from darkroom import convergence
from darkroom.catalog import Catalog, Fence
from darkroom.convergence import Convergence
from darkroom.thumbnail_names import folder_of
from functions.make_thumbnails import shelf
from tests.convergence.planting import defect


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
