"""A catalog and a report to ask: like real ones, of whatever size, and the same every time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from darkroom.catalog_indexes import of_metadata, of_thumbnails

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CAMERAS = ("Leica Q2", "Canon EOS R5", "NIKON Z 6")
OF_EVERY_FACET = {
    "rev": 1795283816680,
    "state": "READY",
    "version_id": "v" * 32,
    "owner": "alice",
    "bytes": 4_800_000,
    "content_type": "image/jpeg",
}
SHELF = f"{'f' * 64}/{'1' * 16}-{'a' * 12}/"
VARIANT = {"width": 256, "height": 171, "bytes": 9000, "content_type": "image/webp"}
SHELVED = {
    "sk": "THUMBNAILS",
    "placeholder": "p" * 32,
    "dominant_colour": "#aabbcc",
    "variants": {n: {"key": f"{SHELF}{n}.webp", **VARIANT} for n in ("small", "medium", "large")},
}


class Facets(Sequence[dict[str, Any]]):
    """Two facets for each of *size* pictures of one owner, made when they are asked for."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __len__(self) -> int:
        return 2 * self._size

    def __getitem__(self, at: Any) -> Any:
        if not 0 <= at < len(self):
            raise IndexError(at)
        return _facet(self._size, *divmod(at, 2))


# What every round asks for is made in the first one, which is left out.
@lru_cache(maxsize=20_000)
def _facet(size: int, number: int, of_pixels: int) -> dict[str, Any]:
    # However many there are, a hundred of them are of the last day.
    moment = NOW - timedelta(minutes=14.4 * (size - number))
    uploaded_at = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
    common = {**OF_EVERY_FACET, "pk": f"alice/{number:07}.jpg"}
    common |= {"uploaded_at": uploaded_at, "recorded_at": uploaded_at}
    digest = sha256(str(number).encode()).hexdigest()
    if of_pixels:
        shelved = {**common, **SHELVED, "perceptual_hash": digest[:16]}
        return shelved | of_thumbnails(shelved)
    metadata = {**common, "sk": "METADATA", "format": ("JPEG", "PNG")[number % 2]}
    metadata |= {"width": 1000 * (number % 4 + 1), "height": 3000, "sha256": digest}
    metadata |= {"camera_model": CAMERAS[number % 3], "taken_at": uploaded_at[:19]}
    return metadata | of_metadata(metadata)


def lines(shards: int) -> list[dict[str, Any]]:
    """Return the report of 301 owners and 60 days, in order."""
    kinds = ("READY JPEG", "READY PNG", "READY WEBP", "REJECTED CORRUPT", "REJECTED EMPTY")
    counts = {f"{what} {kind}": 10**6 for kind in kinds for what in ("objects", "bytes")}
    counts |= {"objects": 10**7, "bytes": 10**12, "rejected": 10**4}
    names = {
        "ALL": ["ALL"],
        "DAY": sorted((NOW - timedelta(days=n)).date().isoformat() for n in range(60)),
        "OWNER": ["alice", *(f"o{n:03}" for n in range(300))],
    }
    return [
        {"pk": f"{dimension}#{shard}", "sk": name, "moves": 10**7, **counts}
        for dimension, listed in names.items()
        for shard in range(shards)
        for name in listed
    ]
