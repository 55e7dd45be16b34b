"""A look at all that is kept of one key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Key

from darkroom.batches import query_all
from darkroom.catalog import State, read_facets
from darkroom.catalog_indexes import indexed
from darkroom.contribution import COUNTED, METADATA, THUMBNAILS, contribution_of, remembered
from darkroom.items import UnreadableItem, revision_of
from darkroom.ledger_items import entry_key, read_entry
from darkroom.originals import is_readable, newest
from darkroom.reconciliation.findings import Finding, Kind, entry_name
from darkroom.refusals import Reason
from darkroom.thumbnail_names import fence_of, folder_of, is_thumbnail

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource
    from mypy_boto3_s3 import S3Client

LOOKS = 5
# Whatever says that it was written later than this was written by a clock that is wrong.
LEEWAY = timedelta(hours=1)
# Longer than a sweep may take from its look at a key to the repair of it.
FAR = timedelta(days=3)


@dataclass(frozen=True)
class Places:
    """Where everything is kept; ``facets`` are those that each live object must have.

    ``thumbnails_days`` is after how many days thumbnails expire; their facets go on naming them.
    """

    originals_bucket: str
    thumbnails_bucket: str
    catalog_table: str
    report_table: str
    facets: tuple[str, ...]
    report_shards: int
    thumbnails_days: int | None = None

    def kept_since(self, now: datetime) -> datetime | None:
        """Return since when no thumbnail can have expired; ``None`` if they never do."""
        return now - timedelta(days=self.thumbnails_days) if self.thumbnails_days else None


@dataclass(frozen=True)
class Version:
    """The current version of an original; ``readable`` is what `is_readable` tells of it."""

    version_id: str
    size: int
    last_modified: datetime
    readable: bool = True


@dataclass(frozen=True)
class Unreadable:
    """What is wrong with the facets, and with the ledger entries, that cannot be read.

    ``rev`` is the revision of such a THUMBNAILS facet, if that can be read.
    """

    facets: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    rev: int = 0


@dataclass(frozen=True)
class Inspection:
    """What is kept of one key; ``thumbnails`` by name, in bytes, ``entries`` of the ledger by
    facet. What ``unreadable`` names is missing from facets and entries.

    ``changed_at`` is the latest time at which anything of it is known to have changed: a delete
    marker's as well, but none in the future. Thumbnails of facets that were recorded before
    ``kept_since`` may be gone.
    """

    key: str
    current: Version | None
    facets: Mapping[str, Mapping[str, Any]]
    thumbnails: Mapping[str, int]
    entries: Mapping[str, Mapping[str, Any]]
    changed_at: datetime | None = field(default=None, compare=False)
    kept_since: datetime | None = field(default=None, compare=False)
    unreadable: Unreadable = field(default_factory=Unreadable)

    def findings(self, facets: Sequence[str]) -> list[Finding]:
        """Return all that is wrong; *facets* are those that a live object must have."""
        found = [finding for name in facets for finding in self._of_facet(name)]
        # Without their facet, nobody knows which thumbnails are wanted.
        if THUMBNAILS not in self.unreadable.facets:
            found += self._of_thumbnails()
        return found + [each for name in COUNTED for each in self._of_entry(name)]

    def live_facets(self) -> dict[str, Mapping[str, Any]]:
        """Return the facets that are no tombstones."""
        return {name: item for name, item in self.facets.items() if item["state"] != State.GONE}

    def named_thumbnails(self) -> dict[str, int]:
        """Return the bytes of each thumbnail that a live facet names."""
        return _named(self.live_facets().values())

    def stranded_thumbnails(self, now: datetime) -> list[str]:
        """Return those that nobody names, nor clears before long, and that may be deleted by name.

        Consumers clear what was made under lower revisions than the one that they write, which is
        the time or a little more. A clock that was wrong can leave thumbnails under one of the far
        future. Only an attempt that read this very revision could still name them, and write only
        while it is the facet's. But the facet's is lower, and rises with the time: until it gets
        there, any repair is long done, and whoever reads it then stores his thumbnails anew.
        """
        rev = int(self.facets.get(THUMBNAILS, {}).get("rev", self.unreadable.rev))
        beyond = max(rev, round((now + FAR).timestamp() * 1000))
        named = self.named_thumbnails()
        return [
            name
            for name in self.thumbnails
            if name not in named and is_thumbnail(name) and fence_of(name) > beyond
        ]

    def _kept_thumbnails(self) -> set[str]:
        """Return the names of those that cannot have expired."""
        return set(_named(filter(self._is_kept, self.live_facets().values())))

    def _is_kept(self, facet: Mapping[str, Any]) -> bool:
        moment = recorded_at(facet)
        return self.kept_since is None or moment is None or moment > self.kept_since

    def _of_facet(self, name: str) -> Iterator[Finding]:
        if name in self.unreadable.facets:
            yield self._finding(Kind.UNREADABLE_ITEM, name, self.unreadable.facets[name])
            return
        item = self.facets.get(name)
        gone = item is None or item["state"] == State.GONE
        if self.current is None:
            if not gone:
                yield self._finding(Kind.ORPHANED, name, "the object is gone")
        elif item is None:
            yield self._finding(Kind.MISSING, name, f"the object is {self.current.version_id}")
        elif item.get("version_id") != self.current.version_id:
            described = "a deleted object" if gone else item.get("version_id")
            told = f"describes {described}, the object is {self.current.version_id}"
            yield self._finding(Kind.STALE, name, told)
        elif item.get("reason") == Reason.ARCHIVED and self.current.readable:
            yield self._finding(Kind.STALE, name, "was in an archive, and can be read by now")
        elif not indexed(name, item):
            yield self._finding(Kind.STALE, name, "no index of the catalog finds it")

    def _of_thumbnails(self) -> Iterator[Finding]:
        named = self.named_thumbnails()
        for name in sorted(self._kept_thumbnails() - self.thumbnails.keys()):
            yield self._finding(Kind.MISSING, name, f"{named[name]} bytes are named, none stored")
        for name, size in sorted(self.thumbnails.items()):
            if name not in named:
                yield self._finding(Kind.ORPHANED, name, "no facet names it")
            elif size != named[name]:
                told = f"{named[name]} bytes are named, {size} stored"
                yield self._finding(Kind.STALE, name, told)

    def _of_entry(self, name: str) -> Iterator[Finding]:
        what = entry_name(name)
        if name in self.unreadable.entries:
            yield self._finding(Kind.UNREADABLE_ITEM, what, self.unreadable.entries[name])
            return
        counted, facet = remembered(name, self.entries.get(name)), self.facets.get(name)
        if self.current is None:
            if counted:
                yield self._finding(Kind.MISCOUNTED, what, "counted, but the object is gone")
        # A facet that is missing or stale says nothing of what ought to be counted.
        elif facet and facet.get("version_id") == self.current.version_id:
            wanted = contribution_of(name, facet)
            if wanted != counted:
                told = f"counted {counted}, not {wanted}" if counted else "not counted"
                yield self._finding(Kind.MISCOUNTED, what, told)
        elif name == METADATA and not counted and name not in self.unreadable.facets:
            yield self._finding(Kind.MISCOUNTED, what, "not counted")

    def _finding(self, kind: Kind, what: str, detail: str) -> Finding:
        return Finding(kind, self.key, what, detail)


class Inspector:
    """Looks at one key at a time, by reads that see all that was written before."""

    def __init__(
        self, places: Places, s3_client: "S3Client", dynamodb_resource: "DynamoDBServiceResource"
    ) -> None:
        self._places = places
        self._s3 = s3_client
        self._catalog = dynamodb_resource.Table(places.catalog_table)
        self._report = dynamodb_resource.Table(places.report_table)

    def inspect(self, key: str) -> Inspection:
        """Look at *key*, again if a facet or the object changed meanwhile."""
        before = self._key_itself(key)
        for _ in range(LOOKS):
            thumbnails = dict(self._thumbnails(key))
            entries, unreadable_entries = self._entries(key)
            after = self._key_itself(key)
            if after == before:
                break
            before = after
        (current, marked_at), items = after
        facets, unreadable_facets = read_facets(items, self._places.facets)
        moments = [marked_at, *(modified for _, modified in thumbnails.values())]
        moments += [recorded_at(item) for item in facets.values()]
        sizes = {name: size for name, (size, _) in thumbnails.items()}
        now = datetime.now(UTC)
        known = (moment for moment in moments if moment and moment <= now + LEEWAY)
        changed_at = max(known, default=None)
        kept_since = self._places.kept_since(now)
        thumbnails_facet = next((each for each in items if each["sk"] == THUMBNAILS), {})
        rev = revision_of(thumbnails_facet)
        unreadable = Unreadable(unreadable_facets, unreadable_entries, rev)
        return Inspection(key, current, facets, sizes, entries, changed_at, kept_since, unreadable)

    def _key_itself(
        self, key: str
    ) -> tuple[tuple[Version | None, datetime | None], list[dict[str, Any]]]:
        items = query_all(
            self._catalog, KeyConditionExpression=Key("pk").eq(key), ConsistentRead=True
        )
        return self._current(key), list(items)

    def _current(self, key: str) -> tuple[Version | None, datetime | None]:
        """Return the current version, and when it or its delete marker came."""
        found = newest(self._s3, self._places.originals_bucket, key)
        if found is None:
            return None, None
        moment = found["LastModified"]
        if "Size" not in found:
            return None, moment
        readable = is_readable(found, datetime.now(UTC))
        return Version(found["VersionId"], found["Size"], moment, readable), moment

    def _thumbnails(self, key: str) -> Iterator[tuple[str, tuple[int, datetime]]]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._places.thumbnails_bucket, Prefix=folder_of(key)
        )
        for found in (found for page in pages for found in page.get("Contents", [])):
            yield found["Key"], (found["Size"], found["LastModified"])

    def _entries(self, key: str) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
        """Return the entries, and what is wrong with those that cannot be read."""
        entries, unreadable = {}, {}
        for name in COUNTED:
            found = self._report.get_item(Key=entry_key(key, name), ConsistentRead=True)
            try:
                if "Item" in found:
                    read_entry(found["Item"])
                    entries[name] = found["Item"]
            except UnreadableItem as error:
                unreadable[name] = error.problem
        return entries, unreadable


def _named(facets: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    variants = [each for facet in facets for each in facet.get("variants", {}).values()]
    return {variant["key"]: int(variant["bytes"]) for variant in variants}


def recorded_at(facet: Mapping[str, Any]) -> datetime | None:
    """Return when *facet* was written, if it says so."""
    text = facet.get("recorded_at")
    return datetime.fromisoformat(str(text)) if text else None
