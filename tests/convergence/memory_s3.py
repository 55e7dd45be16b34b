"""S3's client in memory, with the answers and errors that boto3 code sees."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError

from tests.convergence.gate import Gate, straight
from tests.convergence.memory_listings import Answer, objects_page, versions_page
from tests.convergence.memory_versions import Bucket, Version


def refusal(code: str, status: int, operation: str, **more: Any) -> ClientError:
    """Return the error that botocore raises for S3's answer *code*."""
    response: Any = {
        "Error": {"Code": code, "Message": code, **more},
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
        **_: Any,
    ) -> Answer:
        return _written(self._bucket(Bucket).write(Key, self._now(), _bytes(Body), ContentType))

    def _copy(self, Bucket: str, Key: str, CopySource: dict[str, str], **_: Any) -> Answer:
        found = self._find("CopyObject", **CopySource)
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
        content = _part(found.content, Range)
        return _described(found) | {"Body": BytesIO(content), "ContentLength": len(content)}

    def _head(self, **request: Any) -> Answer:
        try:
            return _described(self._find("HeadObject", **request))
        except ClientError as error:  # an answer without a body can name no code
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise refusal(str(status), status, "HeadObject") from None

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
        return versions_page(self._bucket(Bucket), **request)

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


def _written(version: Version) -> Answer:
    named = {} if version.version_id == "null" else {"VersionId": version.version_id}
    return {"ETag": version.etag, **named}


def _described(version: Version) -> Answer:
    return _written(version) | {
        "ContentLength": len(version.content),
        "ContentType": version.content_type,
        "LastModified": version.modified,
    }


def _part(content: bytes, asked: str) -> bytes:
    first, _, last = asked.removeprefix("bytes=").partition("-")
    return content[int(first) : int(last) + 1 if last else None]
