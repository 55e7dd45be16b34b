"""S3's client in memory, with the answers and errors that boto3 code sees."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import md5
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError

from tests.convergence.gate import Gate, straight
from tests.convergence.memory_listings import Answer, objects_page, versions_page
from tests.convergence.memory_versions import NEVER_RESTORED, Bucket, Version

# What S3 answers to a GET without the key of SSE-C (boto3 issue 1482).
NO_KEY = (
    "The object was stored using a form of Server Side Encryption. "
    "The correct parameters must be provided to retrieve the object."
)
RESTORED = 'ongoing-request="false", expiry-date="Fri, 27 Nov 2026 00:00:00 GMT"'


def refusal(code: str, status: int, operation: str, **more: Any) -> ClientError:
    """Return the error that botocore raises for S3's answer *code*."""
    response: Any = {
        "Error": {"Code": code, "Message": code} | more,
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, operation)


class Paginator:
    """Asks for page after page, each by a call of its own."""

    def __init__(self, call: Callable[..., Answer], carried: dict[str, str]) -> None:
        self._call = call
        self._carried = carried

    def paginate(self, **request: Any) -> Iterator[Answer]:
        """Yield each page."""
        while True:
            page = self._call(**request)
            yield page
            carried = {name: page.get(source) for name, source in self._carried.items()}
            if not any(carried.values()):
                return
            request |= carried


class MemoryS3:
    """Holds buckets; *now* tells the time of a write."""

    def __init__(
        self, gate: Gate = straight, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.buckets: dict[str, Bucket] = {}
        self._gate = gate
        self._now = now
        self._parts: dict[str, dict[int, bytes]] = {}

    def create_bucket(self, *, Bucket: str, **_: Any) -> Answer:
        self.buckets[Bucket] = _bucket()
        return {}

    def put_bucket_versioning(self, *, Bucket: str, VersioningConfiguration: Any) -> Answer:
        self.buckets[Bucket].versioned = VersioningConfiguration["Status"] == "Enabled"
        return {}

    def put_object(self, **request: Any) -> Answer:
        return self._gate("PutObject", self._put, request)  # type: ignore[no-any-return]

    def copy_object(self, **request: Any) -> Answer:
        return self._gate("CopyObject", self._copy, request)  # type: ignore[no-any-return]

    def get_object(self, **request: Any) -> Answer:
        return self._gate("GetObject", self._get, request)  # type: ignore[no-any-return]

    def head_object(self, **request: Any) -> Answer:
        return self._gate("HeadObject", self._head, request)  # type: ignore[no-any-return]

    def delete_object(self, **request: Any) -> Answer:
        return self._gate("DeleteObject", self._delete, request)  # type: ignore[no-any-return]

    def delete_objects(self, **request: Any) -> Answer:
        return self._gate("DeleteObjects", self._delete_all, request)  # type: ignore[no-any-return]

    def list_objects_v2(self, **request: Any) -> Answer:
        return self._gate("ListObjectsV2", self._list, request)  # type: ignore[no-any-return]

    def list_object_versions(self, **request: Any) -> Answer:
        return self._gate("ListObjectVersions", self._list_versions, request)  # type: ignore[no-any-return]

    def restore_object(self, **request: Any) -> Answer:
        return self._gate("RestoreObject", self._restore, request)  # type: ignore[no-any-return]

    def create_multipart_upload(self, *, Bucket: str, Key: str, **_: Any) -> Answer:
        upload = f"upload-{len(self._parts)}"
        self._parts[upload] = {}
        return {"Bucket": Bucket, "Key": Key, "UploadId": upload}

    def upload_part(self, *, UploadId: str, PartNumber: int, Body: Any, **_: Any) -> Answer:
        self._parts[UploadId][PartNumber] = _bytes(Body)
        return {"ETag": f'"part-{PartNumber}"'}

    def complete_multipart_upload(self, **request: Any) -> Answer:
        return self._gate("CompleteMultipartUpload", self._complete, request)  # type: ignore[no-any-return]

    def get_paginator(self, operation: str) -> Paginator:
        """Return what turns the pages of a listing."""
        if operation == "list_object_versions":
            carried = {"KeyMarker": "NextKeyMarker", "VersionIdMarker": "NextVersionIdMarker"}
            return Paginator(self.list_object_versions, carried)
        carried = {"ContinuationToken": "NextContinuationToken"}
        return Paginator(getattr(self, operation), carried)

    def _put(
        self,
        Bucket: str,
        Key: str,
        Body: Any = b"",
        ContentType: str = "binary/octet-stream",
        StorageClass: str = "STANDARD",
        SSECustomerKey: str = "",
        **_: Any,
    ) -> Answer:
        kept = {"storage_class": StorageClass, "key_md5": _md5(SSECustomerKey)}
        bucket = self._bucket(Bucket)
        return _written(bucket.write(Key, self._now(), _bytes(Body), ContentType, **kept))

    def _copy(self, Bucket: str, Key: str, CopySource: dict[str, str], **_: Any) -> Answer:
        found = self._find("CopyObject", **CopySource)
        self._refuse_unread(found)
        written = self._bucket(Bucket).write(Key, self._now(), found.content, found.content_type)
        return _written(written) | {"CopyObjectResult": {"ETag": written.etag}}

    def _complete(self, Bucket: str, Key: str, UploadId: str, **_: Any) -> Answer:
        parts = self._parts.pop(UploadId)
        content = b"".join(parts[number] for number in sorted(parts))
        return _written(
            self._bucket(Bucket).write(Key, self._now(), content, "binary/octet-stream")
        )

    def _get(self, Range: str = "bytes=0-", **request: Any) -> Answer:
        found = self._find("GetObject", **request)
        self._refuse_unread(found, **request)
        content = _part(found.content, Range)
        return _described(found) | {"Body": BytesIO(content), "ContentLength": len(content)}

    def _head(self, **request: Any) -> Answer:
        try:
            found = self._find("HeadObject", **request)
            _refuse_without_key("HeadObject", found, **request)
            return _described(found)
        except ClientError as error:  # an answer without a body can name no code
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise refusal(str(status), status, "HeadObject") from None

    def _refuse_unread(self, version: Version, **request: Any) -> None:
        """Refuse a GET as S3 does (API_GetObject: InvalidObjectState)."""
        _refuse_without_key("GetObject", version, **request)
        if version.is_archived(self._now()):
            where = {"StorageClass": version.storage_class}
            where |= {"AccessTier": version.tier} if version.tier else {}
            raise refusal("InvalidObjectState", 403, "GetObject", **where)

    def _restore(self, Bucket: str, Key: str, RestoreRequest: dict[str, int]) -> Answer:
        version = self._find("RestoreObject", Bucket, Key)
        self._bucket(Bucket).restore(version, self._now(), RestoreRequest.get("Days", 0))
        return {}

    def _delete(self, Bucket: str, Key: str, VersionId: str | None = None, **_: Any) -> Answer:
        bucket = self._bucket(Bucket)
        if VersionId is None:
            marker = bucket.delete(Key, self._now())
            return {"DeleteMarker": True, "VersionId": marker.version_id} if marker else {}
        removed = bucket.remove(Key, VersionId)
        return {"VersionId": VersionId} | (
            {"DeleteMarker": True} if removed and removed.is_marker else {}
        )

    def _delete_all(self, Bucket: str, Delete: dict[str, Any], **_: Any) -> Answer:
        for each in Delete["Objects"]:
            self._delete(Bucket, **each)
        return {} if Delete.get("Quiet") else {"Deleted": Delete["Objects"]}

    def _list(self, Bucket: str, **request: Any) -> Answer:
        return objects_page(self._bucket(Bucket), **request)

    def _list_versions(self, Bucket: str, **request: Any) -> Answer:
        return versions_page(self._bucket(Bucket), self._now(), **request)

    def _bucket(self, name: str) -> Bucket:
        return self.buckets[name]

    def _find(
        self, operation: str, Bucket: str, Key: str, VersionId: str | None = None, **_: Any
    ) -> Version:
        bucket = self._bucket(Bucket)
        if VersionId is not None:
            found = bucket.find(Key, VersionId)
            if found is None:
                raise refusal("NoSuchVersion", 404, operation)
            if found.is_marker:
                raise refusal("MethodNotAllowed", 405, operation)
            return found
        if found := bucket.current(Key):
            return found
        raise refusal("NoSuchKey", 404, operation, Key=Key)


def _bucket() -> Bucket:
    return Bucket()


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else bytes(body.read())


def _md5(key: str) -> str:
    return md5(key.encode(), usedforsecurity=False).hexdigest() if key else ""


def _refuse_without_key(
    operation: str, version: Version, SSECustomerKey: str = "", **_: Any
) -> None:
    if version.key_md5 != _md5(SSECustomerKey):
        raise refusal("InvalidRequest", 400, operation, Message=NO_KEY)


def _written(version: Version) -> Answer:
    named = {} if version.version_id == "null" else {"VersionId": version.version_id}
    return {"ETag": version.etag, **named}


def _described(version: Version) -> Answer:
    return _written(version) | {
        "ContentLength": len(version.content),
        "ContentType": version.content_type,
        "LastModified": version.modified,
        **({"Restore": RESTORED} if version.restored_until != NEVER_RESTORED else {}),
    }


def _part(content: bytes, asked: str) -> bytes:
    first, _, last = asked.removeprefix("bytes=").partition("-")
    return content[int(first) : int(last) + 1 if last else None]
