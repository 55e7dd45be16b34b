"""Sends a small picture all the way and takes it back, as a user would.

Its pictures lie below a prefix, and so count as an owner of their own in catalog and report: they
take the same way as everybody's, or they would prove nothing.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Protocol

from PIL import Image

from darkroom.aws import s3, table
from darkroom.contribution import Total
from darkroom.ledger import shard_of
from darkroom.ledger_items import entry_key, line_key
from darkroom.tiny_picture import Colour, tiny_picture

OWNER = "darkroom-probe"
PREFIX = f"{OWNER}/"
PAUSE_SECONDS = 0.5
# What one that was killed left behind; no probe takes that long.
LEFT_BEHIND = timedelta(hours=1)
# JPEG, WebP and AVIF change a plain colour by a few units.
TOLERANCE = 16


class ProbeFailed(Exception):
    """The flow is broken or too slow; the message says where."""


class Places(Protocol):
    """Where a picture goes in, and where it shows; as settings name them."""

    @property
    def originals_bucket(self) -> str: ...
    @property
    def thumbnails_bucket(self) -> str: ...
    @property
    def catalog_table(self) -> str: ...
    @property
    def report_table(self) -> str: ...
    @property
    def report_shards(self) -> int: ...
    @property
    def facets(self) -> tuple[str, ...]: ...
    @property
    def patience_seconds(self) -> int: ...


def any_colour() -> Colour:
    """Return a colour by which a picture is known again."""
    red, green, blue = (random.randrange(256) for _ in range(3))  # noqa: S311 - no secret
    return red, green, blue


@dataclass(frozen=True)
class Probe:
    """One picture's way; *name* must be of this probe only."""

    places: Places
    name: str
    pause: Callable[[float], None] = time.sleep
    colour: Colour = field(default_factory=any_colour)

    @property
    def key(self) -> str:
        """The picture's."""
        return f"{PREFIX}{self.name}.png"

    def run(self) -> float:
        """Upload, wait, look, delete, wait; return the seconds from upload to report.

        Nothing is left behind, however it ends: the version itself is deleted, not hidden.

        Raises:
            ProbeFailed: if something does not come within the patience, or is not as it must be.
        """
        clear_up(self.places)
        started = time.monotonic()
        version = self._upload()
        try:
            self._wait("facets", lambda: self._is_described(version))
            self._wait("report", self._is_counted)
            seconds = time.monotonic() - started
            self._check_thumbnails()
        finally:
            _delete(self.places.originals_bucket, self.key, version)
        self._wait("tombstones", self._is_gone)
        return seconds

    def _upload(self) -> str:
        body = tiny_picture(self.colour)
        bucket = self.places.originals_bucket
        answer = s3().put_object(Bucket=bucket, Key=self.key, Body=body, ContentType="image/png")
        return answer["VersionId"]

    def _wait(self, what: str, until: Callable[[], bool]) -> None:
        give_up = time.monotonic() + self.places.patience_seconds
        while not until():
            if time.monotonic() >= give_up:
                states = {name: self._facet(name).get("state") for name in self.places.facets}
                waited = f"no {what} within {self.places.patience_seconds} s"
                raise ProbeFailed(f"{waited}: {self.key} is {states}")
            self.pause(PAUSE_SECONDS)

    def _facet(self, facet: str) -> dict[str, Any]:
        return _item(self.places.catalog_table, {"pk": self.key, "sk": facet})

    def _is_described(self, version: str) -> bool:
        facets = [self._facet(name) for name in self.places.facets]
        if any(each.get("state") == "REJECTED" for each in facets):
            raise ProbeFailed(f"a good picture is refused: {facets}")
        return all(each.get("version_id") == version for each in facets)

    def _is_counted(self) -> bool:
        """Tell whether ledger and report hold the picture; others' may be on its line as well."""
        shard = shard_of(self.key, self.places.report_shards)
        line = _item(self.places.report_table, line_key(Total("OWNER", OWNER), shard))
        return bool(self._entry().get("counted")) and int(line.get("objects", 0)) > 0

    def _is_gone(self) -> bool:
        facets = [self._facet(name) for name in self.places.facets]
        return all(each.get("state") == "GONE" for each in facets) and (
            "counted" not in self._entry()
        )

    def _entry(self) -> dict[str, Any]:
        return _item(self.places.report_table, entry_key(self.key, "METADATA"))

    def _check_thumbnails(self) -> None:
        variants = self._facet("THUMBNAILS").get("variants", {})
        if not variants:
            raise ProbeFailed("there are no thumbnails")
        for name, variant in variants.items():
            image = self._thumbnail(variant["key"])
            told = (int(variant["width"]), int(variant["height"]))
            if image.size != told:
                raise ProbeFailed(f"{name} is {image.size}, its facet says {told}")
            found = image.convert("RGB").getpixel((told[0] // 2, told[1] // 2))
            if not _is_near(found, self.colour):
                raise ProbeFailed(f"{name} shows {found} for {self.colour}")

    def _thumbnail(self, key: str) -> Image.Image:
        found = s3().get_object(Bucket=self.places.thumbnails_bucket, Key=key)
        image = Image.open(BytesIO(found["Body"].read()))
        image.load()
        return image


def clear_up(places: Places) -> None:
    """Delete what probes have left behind that were killed before they could."""
    oldest = datetime.now(UTC) - LEFT_BEHIND
    for each in list(_versions(places.originals_bucket)):
        if each["LastModified"] < oldest:
            _delete(places.originals_bucket, each["Key"], each["VersionId"])


def _versions(bucket: str) -> Iterator[Any]:
    pages = s3().get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=PREFIX)
    for page in pages:
        yield from page.get("Versions", [])
        yield from page.get("DeleteMarkers", [])


def _delete(bucket: str, key: str, version: str) -> None:
    s3().delete_object(Bucket=bucket, Key=key, VersionId=version)


def _item(name: str, key: dict[str, str]) -> dict[str, Any]:
    return dict(table(name).get_item(Key=key, ConsistentRead=True).get("Item", {}))


def _is_near(found: Any, colour: Colour) -> bool:
    return all(abs(a - b) <= TOLERANCE for a, b in zip(found, colour, strict=True))
