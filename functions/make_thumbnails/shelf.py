"""The thumbnails bucket: where a thumbnail is put, and which ones may be removed."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from darkroom.catalog import Fence
from darkroom.convergence import Facet
from darkroom.thumbnail_names import attempt_folder, fence_of, folder_of, is_thumbnail
from functions.make_thumbnails.variants import Thumbnail

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A name is written with one content only, so whoever holds a copy may keep it.
CACHE_CONTROL = "public, max-age=31536000, immutable"
CONTENT_TYPES = {"JPEG": "image/jpeg", "WEBP": "image/webp", "AVIF": "image/avif"}
EXTENSIONS = {"JPEG": "jpg", "WEBP": "webp", "AVIF": "avif"}


class Shelf:
    """Puts thumbnails where no other attempt's can overwrite them, and clears what is superseded.

    Only an attempt that read the facet's latest revision can still write the facet, so once
    revision *r* is written, every name with a lower fence that it does not mention is garbage for
    ever: no clock and no order of versions is needed to know it, and removing it cannot hurt a
    picture that is coming or coming back.
    """

    def __init__(self, bucket: str, client: "S3Client") -> None:
        self._bucket = bucket
        self._client = client

    def put(self, thumbnail: Thumbnail, fence: Fence, version_id: str) -> dict[str, Any]:
        """Store a thumbnail; return what its facet says of it."""
        variant = thumbnail.variant
        folder = attempt_folder(fence.key, fence.rev, version_id)
        name = f"{folder}{variant.name}.{EXTENSIONS[variant.format]}"
        self._client.put_object(
            Bucket=self._bucket,
            Key=name,
            Body=thumbnail.content,
            ContentType=CONTENT_TYPES[variant.format],
            CacheControl=CACHE_CONTROL,
        )
        return {
            "key": name,
            "width": thumbnail.width,
            "height": thumbnail.height,
            "bytes": len(thumbnail.content),
            "content_type": CONTENT_TYPES[variant.format],
        }

    def holds(self, facet: Mapping[str, Any]) -> bool:
        """Tell whether each thumbnail that a facet of the catalog names is stored."""
        stored = dict(self._stored(facet["pk"]))
        named = facet.get("variants", {}).values()
        return all(stored.get(variant["key"]) == variant["bytes"] for variant in named)

    def clear(self, facet: Facet) -> None:
        """Remove what attempts before *facet* left and *facet* does not name; safe to repeat."""
        named = {variant["key"] for variant in facet.attributes.get("variants", {}).values()}
        for name, _ in self._stored(facet.key):
            if name not in named and is_thumbnail(name) and fence_of(name) < facet.rev:
                self._client.delete_object(Bucket=self._bucket, Key=name)

    def _stored(self, key: str) -> Iterator[tuple[str, int]]:
        """Yield the names of a key's thumbnails, with their bytes."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=folder_of(key)
        )
        for page in pages:
            yield from ((found["Key"], found["Size"]) for found in page.get("Contents", []))
