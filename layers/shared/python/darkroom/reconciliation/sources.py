"""What a sweep reads, a page at a time, and what it puts aside of each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from darkroom.catalog import read_facet
from darkroom.items import UnreadableItem, plain
from darkroom.ledger_items import ENTRIES, read_entry
from darkroom.originals import is_readable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_s3 import S3Client

Marker = dict[str, Any]
VERSION, FACET, ENTRY = "version", "facet", "entry of"
UNREADABLE_FACET, UNREADABLE_ENTRY = "unreadable facet", "unreadable entry of"
# Of a facet, what `Inspection` compares.
NEEDED = (
    "pk",
    "sk",
    "rev",
    "state",
    "version_id",
    "variants",
    "owner",
    "recorded_at",
    "uploaded_at",
    "bytes",
    "format",
    "reason",
    "owned_state",
    "owned_band_0",
)


@dataclass(frozen=True)
class Page:
    """Some of what there is, and where the rest begins: ``None`` after the last page."""

    items: Sequence[Any]
    rest: Marker | None


Pages = Callable[[Marker | None], Page]


def original_pages(client: "S3Client", bucket: str, page_size: int) -> Pages:
    """Return what reads pages of ``(key, version id, size, last modified, readable)`` of live
    originals.
    """

    def page(marker: Marker | None) -> Page:
        found = client.list_object_versions(
            Bucket=bucket,
            MaxKeys=page_size,
            OptionalObjectAttributes=["RestoreStatus"],
            **(marker or {}),
        )
        now = datetime.now(UTC)
        items = [_live(each, now) for each in found.get("Versions", []) if each["IsLatest"]]
        rest = None
        if found["IsTruncated"]:
            rest = {"KeyMarker": found["NextKeyMarker"]}
            if version := found.get("NextVersionIdMarker"):
                rest["VersionIdMarker"] = version
        return Page(items, rest)

    return page


def _live(listed: Mapping[str, Any], now: datetime) -> tuple[str, str, int, str, bool]:
    modified, readable = listed["LastModified"].isoformat(), is_readable(listed, now)
    return listed["Key"], listed["VersionId"], listed["Size"], modified, readable


def facet_pages(table: "Table", page_size: int) -> Pages:
    """Return what reads pages of facets.

    What such a page misses because it was written a moment ago only makes its key suspect; a
    strongly consistent scan would cost twice as much.
    """
    names = {f"#{number}": name for number, name in enumerate(NEEDED)}
    return _scan_pages(
        table,
        Limit=page_size,
        ProjectionExpression=", ".join(names),
        ExpressionAttributeNames=names,
    )


def report_pages(table: "Table", page_size: int) -> Pages:
    """Return what reads pages of ledger entries and lines: consistently, for they are summed."""
    return _scan_pages(table, Limit=page_size, ConsistentRead=True)


def _scan_pages(table: "Table", **arguments: Any) -> Pages:
    def page(marker: Marker | None) -> Page:
        begin = {"ExclusiveStartKey": marker} if marker else {}
        found = table.scan(**{**arguments, **begin})
        return Page(found["Items"], found.get("LastEvaluatedKey"))

    return page


def facet_record(item: Mapping[str, Any]) -> tuple[str, str, Any]:
    """Return a facet as it is put aside, or what is wrong with it if it cannot be read."""
    try:
        facet = read_facet(item)
    except UnreadableItem as error:
        return UNREADABLE_FACET, error.key, (error.what, error.problem)
    key = facet.pop("pk")
    if variants := facet.get("variants"):
        facet["variants"] = dict(_names_and_sizes(variants))
    return FACET, key, facet


def entry_record(item: Mapping[str, Any]) -> tuple[str, str, Any]:
    """Return a ledger entry as it is put aside, or what is wrong with it."""
    key, facet = item["pk"].removeprefix(ENTRIES), item["sk"]
    try:
        read_entry(item)
    except UnreadableItem as error:
        return UNREADABLE_ENTRY, key, (facet, error.problem)
    return ENTRY, key, (facet, plain(item.get("counted")))


def _names_and_sizes(variants: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, variant in variants.items():
        yield name, {"key": variant["key"], "bytes": variant["bytes"]}
