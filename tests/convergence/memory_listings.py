"""A bucket's listings, page by page, as S3 answers them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.convergence.memory_versions import Bucket, Version

Answer = dict[str, Any]
PAGE = 1000


def objects_page(
    bucket: Bucket,
    Prefix: str = "",
    MaxKeys: int = PAGE,
    ContinuationToken: str = "",
    StartAfter: str = "",
    **_: Any,
) -> Answer:
    """Return a page of what plain reads would find."""
    after = max(ContinuationToken, StartAfter)
    keys = sorted(key for key in bucket.keys if key.startswith(Prefix) and key > after)
    live = [found[-1] for key in keys if not (found := bucket.keys[key])[-1].is_marker]
    page = [_listed(version) for version in live[:MaxKeys]]
    answer: Answer = {"KeyCount": len(page), "IsTruncated": len(live) > MaxKeys}
    if page:
        answer["Contents"] = page
    if answer["IsTruncated"]:
        answer["NextContinuationToken"] = page[-1]["Key"]
    return answer


def versions_page(
    bucket: Bucket,
    now: datetime,
    Prefix: str = "",
    MaxKeys: int = PAGE,
    KeyMarker: str = "",
    VersionIdMarker: str = "",
    OptionalObjectAttributes: tuple[str, ...] | list[str] = (),
    **_: Any,
) -> Answer:
    """Return a page of all versions and delete markers."""
    restores = "RestoreStatus" in OptionalObjectAttributes
    listed = [each for each in bucket.versions() if each[0].key.startswith(Prefix)]
    rest = list(_after(listed, KeyMarker, VersionIdMarker))
    answer: Answer = {"IsTruncated": len(rest) > MaxKeys}
    for version, latest in rest[:MaxKeys]:
        kind = "DeleteMarkers" if version.is_marker else "Versions"
        shown = _listed(version) | {"VersionId": version.version_id, "IsLatest": latest}
        if restores and version.restored_until > now:
            until = version.restored_until
            shown["RestoreStatus"] = {"IsRestoreInProgress": False, "RestoreExpiryDate": until}
        answer.setdefault(kind, []).append(shown)
    if answer["IsTruncated"]:
        last = rest[MaxKeys - 1][0]
        answer |= {"NextKeyMarker": last.key, "NextVersionIdMarker": last.version_id}
    return answer


def _listed(version: Version) -> Answer:
    shown = {"Key": version.key, "LastModified": version.modified}
    if version.is_marker:
        return shown
    kept = {"Size": len(version.content), "StorageClass": version.storage_class}
    return shown | {"ETag": version.etag, **kept}


def _after(
    listed: list[tuple[Version, bool]], key: str, version_id: str
) -> Iterator[tuple[Version, bool]]:
    passed = not version_id
    for each in listed:
        version = each[0]
        if version.key.encode() > key.encode() or (version.key == key and version_id and passed):
            yield each
        passed = passed or (version.key == key and version.version_id == version_id)
