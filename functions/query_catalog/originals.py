"""The originals bucket: versions, deleting and bringing back, and uploads that go past Lambda."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.exceptions import ClientError

from darkroom.convergence import timestamp
from functions.query_catalog.problems import Conflicting, Problem, Unknown

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MOST_VERSIONS = 100
# 404: an error that names a key which XML cannot hold is read by its status alone.
NO_UPLOAD = {"NoSuchUpload", "NoSuchKey", "404"}
WRONG_PARTS = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "MalformedXML"}


class Bucket:
    """What callers do with originals; *signer* is a client that signs by version 4."""

    def __init__(self, name: str, client: "S3Client", signer: "S3Client", seconds: int) -> None:
        self._name = name
        self._client = client
        self._signer = signer
        self._seconds = seconds

    def versions(self, key: str) -> list[dict[str, Any]]:
        """Return the newest versions and delete markers of *key*, at most 100."""
        # S3 lists by key: what is of this key comes first.
        found = self._client.list_object_versions(
            Bucket=self._name, Prefix=key, MaxKeys=MOST_VERSIONS
        )
        every: list[Any] = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
        own = [version for version in every if version["Key"] == key]
        own.sort(key=lambda each: (each["IsLatest"], each["LastModified"]), reverse=True)
        return [_described(version) for version in own]

    def delete(self, key: str) -> str:
        """Put a delete marker upon *key*; return its version.

        Raises:
            Unknown: if there is nothing to delete: a marker would stay for ever.
        """
        versions = self.versions(key)
        if not versions or versions[0]["delete_marker"]:
            raise Unknown("there is no such picture")
        return self._client.delete_object(Bucket=self._name, Key=key)["VersionId"]

    def restore(self, key: str) -> None:
        """Take away the delete markers that hide the newest version of *key*.

        Raises:
            Unknown: if there never was such a picture.
            Conflicting: if it is not deleted, or nothing is left of it.
        """
        versions = self.versions(key)
        if not versions:
            raise Unknown("there is no such picture")
        if not versions[0]["delete_marker"]:
            raise Conflicting("the picture is not deleted")
        if not restorable(versions):
            raise Conflicting("no version of the picture is left")
        for marker in _hiding(versions):
            self._client.delete_object(Bucket=self._name, Key=key, VersionId=marker)

    def url(self, key: str, version_id: str) -> str:
        """Return where a version can be downloaded for a while; never shown by a browser."""
        name = quote(key.rstrip("/").rpartition("/")[2] or "original", safe="")
        return self._signer.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._name,
                "Key": key,
                "VersionId": version_id,
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{name}",
            },
            ExpiresIn=self._seconds,
        )

    def post(self, key: str, size: int, content_type: str) -> Mapping[str, Any]:
        """Return the URL and fields of a form that uploads these many bytes to *key*."""
        return self._signer.generate_presigned_post(
            self._name,
            key,
            Fields={"Content-Type": content_type},
            Conditions=[
                {"Content-Type": content_type},
                ["content-length-range", size, size],
            ],
            ExpiresIn=self._seconds,
        )

    def begin(self, key: str, content_type: str) -> str:
        """Begin an upload in parts; return its id."""
        begun = self._client.create_multipart_upload(
            Bucket=self._name, Key=key, ContentType=content_type
        )
        return begun["UploadId"]

    def part_urls(self, key: str, upload_id: str, numbers: Iterable[int]) -> dict[str, str]:
        """Return where each part goes."""
        return {
            str(number): self._signer.generate_presigned_url(
                "upload_part",
                Params={
                    "Bucket": self._name,
                    "Key": key,
                    "UploadId": upload_id,
                    "PartNumber": number,
                },
                ExpiresIn=self._seconds,
            )
            for number in numbers
        }

    def complete(self, key: str, upload_id: str, parts: list[Any], max_bytes: int) -> str:
        """Make an object of the parts; return its version.

        Raises:
            Unknown: if there is no such upload.
            Problem: 413 if they are too large in all: the upload is given up.
            Conflicting: if these are not the parts that were uploaded.
        """
        try:
            self._check_size(key, upload_id, max_bytes)
            made = self._client.complete_multipart_upload(
                Bucket=self._name, Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts}
            )
        except ClientError as error:
            raise _translated(error) from error
        return made["VersionId"]

    def _check_size(self, key: str, upload_id: str, max_bytes: int) -> None:
        stored = self._client.list_parts(Bucket=self._name, Key=key, UploadId=upload_id)
        if sum(part["Size"] for part in stored.get("Parts", [])) > max_bytes:
            self.abort(key, upload_id)
            raise Problem(413, f"the parts have more than {max_bytes} bytes", [f"{max_bytes}"])

    def abort(self, key: str, upload_id: str) -> None:
        """Give up an upload in parts.

        Raises:
            Unknown: if there is no such upload.
        """
        try:
            self._client.abort_multipart_upload(Bucket=self._name, Key=key, UploadId=upload_id)
        except ClientError as error:
            raise _translated(error) from error


def restorable(versions: list[dict[str, Any]]) -> bool:
    """Tell whether taking away delete markers brings a picture back."""
    return not all(version["delete_marker"] for version in versions)


def _hiding(versions: list[dict[str, Any]]) -> list[str]:
    """Return the delete markers above the newest version.

    S3 tells whole seconds: a marker of the same second may be above it or, harmlessly, beneath.
    """
    markers = [version for version in versions if version["delete_marker"]]
    newest = next(version for version in versions if version not in markers)
    since = newest["last_modified"]
    return [marker["version_id"] for marker in markers if marker["last_modified"] >= since]


def _described(version: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version_id": version["VersionId"],
        "size": version.get("Size"),
        "last_modified": timestamp(version["LastModified"]),
        "is_latest": version["IsLatest"],
        "delete_marker": "Size" not in version,
    }


def _translated(error: ClientError) -> Exception:
    code = error.response["Error"]["Code"]
    if code in NO_UPLOAD:
        return Unknown("there is no such upload")
    if code in WRONG_PARTS:
        return Conflicting(f"these are not the parts that were uploaded: {code}")
    return error
