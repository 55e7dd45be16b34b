"""The originals bucket, which alone knows what is true now."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from darkroom.refusals import Reason, Refused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


BAD_REQUEST, NOT_FOUND = 400, 404


class Body(Protocol):
    """A stream of an object's bytes."""

    def read(self, amt: int | None = None, /) -> bytes: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Original:
    """The current version of an uploaded object, its body not yet read.

    ``refused`` is why S3 does not give the body to us.
    """

    key: str
    version_id: str
    size: int
    content_type: str
    uploaded_at: datetime
    body: Body
    refused: Refused | None = None

    @property
    def owner(self) -> str:
        """Whose it is, as `owner_of` tells."""
        return owner_of(self.key)

    def read(self, max_bytes: int) -> bytes:
        """Return the whole body; raise as `stream` does."""
        return self.stream(max_bytes).read()

    def stream(self, max_bytes: int) -> Body:
        """Return the body, to be read in pieces.

        Raises:
            Refused: if there is nothing to read, or more than *max_bytes*, or S3 refuses it.
        """
        if self.size == 0:
            raise Refused(Reason.FOLDER_MARKER if self.key.endswith("/") else Reason.EMPTY)
        if self.size > max_bytes:
            raise Refused(Reason.TOO_LARGE_BYTES, f"{self.size} bytes, at most {max_bytes}")
        if self.refused:
            raise self.refused
        return self.body


def owner_of(key: str) -> str:
    """Return the first segment of *key*; ``unowned`` where the key has no folder."""
    first, slash, _ = key.partition("/")
    return first if slash and first else "unowned"


class Originals:
    """Reads the bucket as it is at this moment."""

    def __init__(self, bucket: str, client: "S3Client") -> None:
        self.bucket = bucket
        self._client = client

    @contextmanager
    def open(self, key: str) -> Iterator[Original | None]:
        """Open the current version of *key*; ``None`` if there is none.

        One request tells both the version and its bytes, so that they cannot disagree. A missing
        key reads as 404 only with ``s3:ListBucket``; without it S3 answers 403, which is raised.
        """
        original = self._current(key)
        if original is None:
            yield None
            return
        with closing(original.body):
            yield original

    def _current(self, key: str) -> Original | None:
        """Read *key*; of what S3 refuses, find out which version that is.

        The refusal names no version. It is the one that was described right before and after it.
        """
        before: Mapping[str, Any] | None = None
        while True:
            try:
                found = self._client.get_object(Bucket=self.bucket, Key=key)
                return _original(key, found, found["Body"])
            except ClientError as error:
                if error.response["Error"]["Code"] == "NoSuchKey":
                    return None
                refused = refusal_in(error)
                if refused is None:
                    raise
            now = self._described(key)
            if before and now and before["VersionId"] == now["VersionId"]:
                return _original(key, now, BytesIO(), refused)
            before = now

    def _described(self, key: str) -> Mapping[str, Any] | None:
        """Return what is known of the current version without its bytes; ``None`` if none is.

        Of an object under SSE-C, HEAD says nothing without the key (400); listings do, but for
        the content type.
        """
        try:
            return self._client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (BAD_REQUEST, NOT_FOUND):
                raise
        listed = newest(self._client, self.bucket, key) or {}
        return {**listed, "ContentLength": listed["Size"]} if "Size" in listed else None


def newest(client: "S3Client", bucket: str, key: str) -> Mapping[str, Any] | None:
    """Return the newest version of *key* as S3 lists it, or its delete marker, which has no Size.

    ``RestoreStatus`` tells of a copy that was restored from an archive.
    """
    # S3 lists by key and then from the newest: the first is of this key, or there is none.
    found = client.list_object_versions(
        Bucket=bucket, Prefix=key, MaxKeys=1, OptionalObjectAttributes=["RestoreStatus"]
    )
    for each in (*found.get("Versions", []), *found.get("DeleteMarkers", [])):
        if each["Key"] == key and each["IsLatest"]:
            return each
    return None


def refusal_in(error: ClientError) -> Refused | None:
    """Return why S3 will give this object to nobody like us, if that is what *error* says.

    InvalidObjectState (403) is GetObject's answer to archived objects: in the classes GLACIER and
    DEEP_ARCHIVE, and in the archive tiers of INTELLIGENT_TIERING (API_GetObject). Without the key
    of SSE-C it is InvalidRequest (400), a code that has other causes as well: "The object was
    stored using a form of Server Side Encryption. The correct parameters must be provided to
    retrieve the object." (boto3 issue 1482). A key of KMS that we may not use yet is AccessDenied
    (403): that may be granted, so it is no refusal.
    """
    told: Mapping[str, Any] = error.response["Error"]
    if told["Code"] == "InvalidObjectState":
        where = (told.get("StorageClass"), told.get("AccessTier"))
        return Refused(Reason.ARCHIVED, ", ".join(filter(None, where)))
    if told["Code"] == "InvalidRequest" and "server side encryption" in told["Message"].lower():
        return Refused(Reason.UNREADABLE, "SSE-C")
    return None


# Objects of these classes are in an archive, or in a tier that listings do not tell.
NOT_READ_AT_ONCE = frozenset({"GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"})


def is_readable(listed: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether a listed version can surely be read, archives and restored copies considered.

    A copy from GLACIER or DEEP_ARCHIVE can be until it expires.
    """
    if listed.get("StorageClass") not in NOT_READ_AT_ONCE:
        return True
    expires_at = listed.get("RestoreStatus", {}).get("RestoreExpiryDate")
    return expires_at is not None and bool(expires_at > now)


def _original(
    key: str, found: Mapping[str, Any], body: Body, refused: Refused | None = None
) -> Original:
    return Original(
        key=key,
        version_id=found["VersionId"],
        size=found["ContentLength"],
        content_type=found.get("ContentType", ""),
        uploaded_at=found["LastModified"],
        body=body,
        refused=refused,
    )
