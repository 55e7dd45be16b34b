"""Brings together, for one partition of all keys, what was put aside and what is on the shelf."""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from darkroom.reconciliation.inspection import Inspection, Unreadable, Version
from darkroom.reconciliation.sources import (
    ENTRY,
    FACET,
    UNREADABLE_ENTRY,
    UNREADABLE_FACET,
    VERSION,
)
from darkroom.thumbnail_names import folder_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True)
class Stored:
    """A thumbnail in its bucket."""

    name: str
    size: int
    last_modified: datetime


@dataclass
class Known:
    """What was put aside of one key."""

    key: str
    current: Version | None = None
    facets: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    entries: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    unreadable: Unreadable = field(default_factory=Unreadable)

    def inspection(
        self, thumbnails: Iterable[Stored], kept_since: datetime | None = None
    ) -> Inspection:
        """Return all that is known of the key; *kept_since* as `Inspection` has it."""
        sizes = {stored.name: stored.size for stored in thumbnails}
        return Inspection(
            self.key,
            self.current,
            self.facets,
            sizes,
            self.entries,
            kept_since=kept_since,
            unreadable=self.unreadable,
        )


@dataclass(frozen=True)
class Folder:
    """A key's thumbnails, and the key if there is one that is known to have such a folder."""

    name: str
    known: Known | None
    thumbnails: list[Stored]


def gather(records: Iterable[Any]) -> dict[str, Known]:
    """Return what is known of each key, by its thumbnails' folder."""
    known: dict[str, Known] = {}
    for kind, key, value in records:
        of_key = known.setdefault(folder_of(key), Known(key))
        if kind == VERSION:
            # A sweep that an earlier release began put aside no more than three of them.
            version_id, size, modified, *readable = value
            at = datetime.fromisoformat(modified)
            of_key.current = Version(version_id, size, at, *readable)
        elif kind == FACET:
            of_key.facets[value["sk"]] = value
        elif kind == ENTRY:
            facet, counted = value
            of_key.entries[facet] = {"counted": counted}
        elif kind in (UNREADABLE_FACET, UNREADABLE_ENTRY):
            facet, problem = value
            unreadable = of_key.unreadable
            of = unreadable.facets if kind == UNREADABLE_FACET else unreadable.entries
            of[facet] = problem
    return known


def stored(
    client: "S3Client", bucket: str, first: str, last: str | None
) -> Iterator[tuple[str, list[Stored]]]:
    """Yield the folders with names after *first* and up to *last*, in order, as they are now."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, StartAfter=first)
    listed = (
        Stored(found["Key"], found["Size"], found["LastModified"])
        for page in pages
        for found in page.get("Contents", [])
    )
    for folder, thumbnails in groupby(listed, lambda each: _folder(each.name)):
        if last is not None and folder > last:
            return
        yield folder, list(thumbnails)


def folders(
    known: Mapping[str, Known], shelf: Iterable[tuple[str, list[Stored]]], after: str
) -> Iterator[Folder]:
    """Yield everything after the folder *after*, in order."""
    keys: Iterable[tuple[str, Any]] = sorted(each for each in known.items() if each[0] > after)
    in_order = heapq.merge(keys, shelf, key=itemgetter(0))
    for folder, found in groupby(in_order, key=itemgetter(0)):
        one, thumbnails = None, []
        for _, value in found:
            if isinstance(value, Known):
                one = value
            else:
                thumbnails = value
        yield Folder(folder, one, thumbnails)


def bounds(partition: int, digits: int) -> tuple[str, str | None]:
    """Return the names between which a partition's folders lie; the first and the last are open.

    Together the partitions cover all names that there can be, those too that nobody would give.
    """
    first = f"{partition:0{digits}x}" if partition else ""
    last = f"{partition + 1:0{digits}x}" if partition + 1 < 16**digits else None
    return first, last


def behind(folder: str) -> str:
    """Return the name after which a listing begins that is to leave out *folder*."""
    return folder + LAST_CHARACTER if folder.endswith("/") else folder


def _folder(name: str) -> str:
    first, slash, _ = name.partition("/")
    return first + slash
