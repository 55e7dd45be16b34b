"""The originals bucket, which alone knows what is true now."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from darkroom.refusals import Reason, Refused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Body(Protocol):
    """A stream of an object's bytes."""

    def read(self, amt: int | None = None, /) -> bytes: ...


@dataclass(frozen=True)
class Original:
    """The current version of an uploaded object, its body not yet read."""

    key: str
    version_id: str
    size: int
    content_type: str
    uploaded_at: datetime
    body: Body

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
            Refused: if there is nothing to read, or more than *max_bytes*.
        """
        if self.size == 0:
            raise Refused(Reason.FOLDER_MARKER if self.key.endswith("/") else Reason.EMPTY)
        if self.size > max_bytes:
            raise Refused(Reason.TOO_LARGE_BYTES, f"{self.size} bytes, at most {max_bytes}")
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
        try:
            found = self._client.get_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            yield None
            return
        with closing(found["Body"]) as body:
            yield Original(
                key=key,
                version_id=found["VersionId"],
                size=found["ContentLength"],
                content_type=found.get("ContentType", ""),
                uploaded_at=found["LastModified"],
                body=body,
            )
