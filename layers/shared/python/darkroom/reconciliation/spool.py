"""Where a sweep puts aside what it has read, until all of a key is together."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Spool(Protocol):
    """Keeps pieces of bytes by name."""

    def put(self, name: str, content: bytes) -> None:
        """Keep *content*, in place of what had the name before."""

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """Return *length* bytes (by default all) from *start* on."""


class FolderSpool:
    """Keeps pieces as files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """Write the file *name*."""
        (self._folder / name).write_bytes(content)

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """Read from the file *name*."""
        with (self._folder / name).open("rb") as file:
            file.seek(start)
            return file.read(-1 if length is None else length)


class BucketSpool:
    """Keeps pieces as objects under a prefix, which the bucket's lifecycle empties."""

    def __init__(self, client: "S3Client", bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def put(self, name: str, content: bytes) -> None:
        """Write the object *name*."""
        self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=content)

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """Read from the object *name*, no more of it than was asked for."""
        end = "" if length is None else start + length - 1
        found = self._client.get_object(
            Bucket=self._bucket, Key=self._prefix + name, Range=f"bytes={start}-{end}"
        )
        return found["Body"].read()
