"""What happens to the originals bucket: a list of operations, each with its notification."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.convergence.contents import PICTURES, TWINS, UNFIT
from tests.convergence.memory_versions import NEVER_RESTORED, Version
from tests.convergence.seams import Ports

BUCKET = "originals"
CREATED, REMOVED = "ObjectCreated:", "ObjectRemoved:"
Claims = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One act of a client or of S3 itself; *source* is what a copy is made of."""

    kind: str
    key: str
    content: bytes = b""
    source: str = ""

    def __str__(self) -> str:
        told = f" {self.content[:20]!r}" if self.kind in PUTS else ""
        return f"{self.kind} {self.key}{told}{' of ' + self.source if self.source else ''}"

    def run(self, ports: Ports) -> Claims | None:
        """Change the bucket; return what S3 announces, nothing if nothing happened."""
        return ACTS[self.kind](self, ports)


def any_operation(choose: random.Random, kind: str, keys: list[str]) -> Operation:
    """Draw an operation of a kind."""
    contents = choose.choice([PICTURES, PICTURES, TWINS, UNFIT])
    return Operation(
        kind,
        choose.choice(keys),
        choose.choice(contents) if kind in PUTS else b"",
        choose.choice(keys) if kind == "copy" else "",
    )


def _put(op: Operation, ports: Ports) -> Claims:
    how = {"put archived": {"StorageClass": "GLACIER"}, "put under a key": {"SSECustomerKey": "k"}}
    written = ports.s3._put(BUCKET, op.key, op.content, "image/jpeg", **how.get(op.kind, {}))
    return _created(ports, op.key, "Put", written)


def _again(op: Operation, ports: Ports) -> Claims | None:
    current = _current(op.key, ports)
    if current is None:
        return None
    written = ports.s3._put(BUCKET, op.key, current.content, "image/jpeg")
    return _created(ports, op.key, "Put", written)


def _copy(op: Operation, ports: Ports) -> Claims | None:
    source = _current(op.source, ports)
    if source is None or source.key_md5 or source.is_archived(ports.now()):
        return None
    copied = ports.s3._copy(BUCKET, op.key, {"Bucket": BUCKET, "Key": op.source})
    return _created(ports, op.key, "Copy", copied)


def _multipart(op: Operation, ports: Ports) -> Claims:
    upload = ports.s3.create_multipart_upload(Bucket=BUCKET, Key=op.key)["UploadId"]
    half = len(op.content) // 2
    for number, part in enumerate((op.content[:half], op.content[half:]), 1):
        ports.s3.upload_part(UploadId=upload, PartNumber=number, Body=part)
    written = ports.s3._complete(BUCKET, op.key, upload)
    return _created(ports, op.key, "CompleteMultipartUpload", written)


def _delete(op: Operation, ports: Ports) -> Claims:
    marker = ports.s3._delete(BUCKET, op.key)["VersionId"]
    return {"eventName": f"{REMOVED}DeleteMarkerCreated", "versionId": marker}


def _expire(op: Operation, ports: Ports) -> Claims | None:
    if _current(op.key, ports) is None:
        return None
    marker = ports.s3._delete(BUCKET, op.key)["VersionId"]
    return {"eventName": "LifecycleExpiration:DeleteMarkerCreated", "versionId": marker}


def _undelete(op: Operation, ports: Ports) -> Claims | None:
    latest = ports.s3.buckets[BUCKET].latest(op.key)
    return _remove(latest if latest and latest.is_marker else None, ports)


def _delete_old(op: Operation, ports: Ports) -> Claims | None:
    versions = ports.s3.buckets[BUCKET].keys.get(op.key, [])
    return _remove(versions[0] if len(versions) > 1 else None, ports)


def _delete_current(op: Operation, ports: Ports) -> Claims | None:
    return _remove(_current(op.key, ports), ports)


def _archive(op: Operation, ports: Ports) -> Claims | None:
    """Move an object to where it cannot be read; nobody subscribes to what S3 says of that."""
    version = _current(op.key, ports)
    if version is not None:
        how = {"storage_class": "INTELLIGENT_TIERING", "tier": "ARCHIVE_ACCESS"}
        glacier = {"storage_class": "GLACIER"}
        ports.s3.buckets[BUCKET].move(version, **(how if op.kind == "tier" else glacier))
    return None


def _restore(op: Operation, ports: Ports) -> Claims | None:
    version = _current(op.key, ports)
    if version is None or not version.is_archived(ports.now()):
        return None
    ports.s3.buckets[BUCKET].restore(version, ports.now(), days=2)
    return {"eventName": "ObjectRestore:Completed", "versionId": version.version_id}


def _expire_copy(op: Operation, ports: Ports) -> Claims | None:
    """Let a restored copy expire, which nobody subscribes to either."""
    version = _current(op.key, ports)
    if version is not None:
        ports.s3.buckets[BUCKET].move(version, restored_until=NEVER_RESTORED)
    return None


def _remove(version: Version | None, ports: Ports) -> Claims | None:
    if version is None:
        return None
    ports.s3._delete(BUCKET, version.key, version.version_id)
    return {"eventName": f"{REMOVED}Delete", "versionId": version.version_id}


def _current(key: str, ports: Ports) -> Version | None:
    return ports.s3.buckets[BUCKET].current(key)


def _created(ports: Ports, key: str, how: str, written: dict[str, Any]) -> Claims:
    current = _current(key, ports)
    return {
        "eventName": f"{CREATED}{how}",
        "versionId": written["VersionId"],
        "eTag": written["ETag"].strip('"'),
        "size": len(current.content) if current else 0,
    }


ACTS: dict[str, Callable[[Operation, Ports], Claims | None]] = {
    "put": _put,
    "put again": _again,
    "copy": _copy,
    "multipart": _multipart,
    "delete": _delete,
    "expire": _expire,
    "undelete": _undelete,
    "delete old version of": _delete_old,
    "delete current version of": _delete_current,
    "put archived": _put,
    "put under a key": _put,
    "archive": _archive,
    "tier": _archive,
    "restore": _restore,
    "expire the copy of": _expire_copy,
}
WEIGHTS = dict(zip(ACTS, (12, 4, 2, 2, 8, 2, 4, 2, 2, 1, 1, 1, 1, 2, 1), strict=True))
PUTS = ("put", "multipart", "put archived", "put under a key")
