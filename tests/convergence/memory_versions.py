"""A bucket in memory: the versions of each key, as S3 keeps them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any

NEVER_RESTORED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One version of an object; a delete marker has no content.

    ``tier`` is that of INTELLIGENT_TIERING, if it is an archive, ``restored_until`` when a copy
    from an archive expires, ``key_md5`` of the key of SSE-C.
    """

    key: str
    version_id: str
    modified: datetime
    content: bytes = b""
    content_type: str = "binary/octet-stream"
    etag: str = ""
    is_marker: bool = False
    storage_class: str = "STANDARD"
    tier: str = ""
    restored_until: datetime = NEVER_RESTORED
    key_md5: str = ""

    def is_archived(self, now: datetime) -> bool:
        """Tell whether it cannot be read before it is restored."""
        archived = self.storage_class in ("GLACIER", "DEEP_ARCHIVE") or bool(self.tier)
        return archived and self.restored_until <= now


@dataclass
class Bucket:
    """Keeps every version if *versioned*, else the last one, whose id is ``null``."""

    versioned: bool = False
    keys: dict[str, list[Version]] = field(default_factory=dict)
    made: int = 0

    def latest(self, key: str) -> Version | None:
        """Return the newest version, be it a delete marker."""
        versions = self.keys.get(key)
        return versions[-1] if versions else None

    def current(self, key: str) -> Version | None:
        """Return what a plain read finds."""
        latest = self.latest(key)
        return None if latest is None or latest.is_marker else latest

    def find(self, key: str, version_id: str) -> Version | None:
        """Return one version."""
        return next((v for v in self.keys.get(key, []) if v.version_id == version_id), None)

    def write(
        self, key: str, modified: datetime, content: bytes, content_type: str, **kept: Any
    ) -> Version:
        """Add a version on top; *kept* are fields that tell how it is stored."""
        etag = md5(content, usedforsecurity=False).hexdigest()
        at = _second(modified)
        version = Version(key, self._id(), at, content, content_type, f'"{etag}"', **kept)
        return self._push(version)

    def move(self, version: Version, **how: Any) -> None:
        """Store a version otherwise, as a lifecycle does: it stays the same version."""
        versions = self.keys[version.key]
        versions[versions.index(version)] = replace(version, **how)

    def restore(self, version: Version, now: datetime, days: int) -> None:
        """Bring a version back from its archive: a copy that expires, or out of its tier."""
        until = {} if version.tier else {"restored_until": now + timedelta(days=days)}
        self.move(version, tier="", **until)

    def delete(self, key: str, modified: datetime) -> Version | None:
        """Lay a delete marker on top; without versions, remove the object."""
        if not self.versioned:
            self.keys.pop(key, None)
            return None
        return self._push(Version(key, self._id(), _second(modified), is_marker=True))

    def remove(self, key: str, version_id: str) -> Version | None:
        """Remove one version for good; the one below it comes to light."""
        found = self.find(key, version_id)
        if found:
            self.keys[key].remove(found)
            if not self.keys[key]:
                del self.keys[key]
        return found

    def versions(self) -> Iterator[tuple[Version, bool]]:
        """Yield each version and whether it is the latest: by key, newest first."""
        for key in sorted(self.keys, key=str.encode):
            for number, version in enumerate(reversed(self.keys[key])):
                yield version, number == 0

    def _push(self, version: Version) -> Version:
        if self.versioned:
            self.keys.setdefault(version.key, []).append(version)
        else:
            self.keys[version.key] = [version]
        return version

    def _id(self) -> str:
        self.made += 1
        return f"version-{self.made}" if self.versioned else "null"


def _second(moment: datetime) -> datetime:
    """Return what S3 tells of a moment: the second that it was in."""
    return moment.replace(microsecond=0)
