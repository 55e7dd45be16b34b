"""The catalog's indexes: which question each of them answers by one query.

The functions' list is `darkroom.catalog_indexes`; a test holds the two equal.
"""

from dataclasses import dataclass

# What a tile shows, and what filters that no index serves look at.
TILE = (
    "version_id",
    "state",
    "reason",
    "format",
    "width",
    "height",
    "bytes",
    "content_type",
    "camera",
    "uploaded_at",
    "taken_at",
    "owner",
    "recorded_at",
    "expires_at",
)
LIKENESS = ("perceptual_hash", "version_id")
# DynamoDB projects no more than that, over all indexes of a table.
MOST_PROJECTED = 100


@dataclass(frozen=True)
class Index:
    """Items that have `hash_key` and, if it names one, `range_key`; the table's keys come along."""

    name: str
    hash_key: str
    range_key: str | None
    attributes: tuple[str, ...]


def of_metadata(name: str, hash_key: str, range_key: str = "uploaded_at") -> Index:
    keys = {hash_key, range_key}
    return Index(name, hash_key, range_key, tuple(each for each in TILE if each not in keys))


INDEXES = (
    of_metadata("by_upload", "owned_by"),
    of_metadata("by_taken", "owned_by", "taken_at"),
    of_metadata("by_kind", "owned_kind"),
    of_metadata("by_state", "owned_state"),
    of_metadata("by_camera", "owned_camera"),
    of_metadata("by_content", "owned_content"),
    *(Index(f"by_band_{n}", f"owned_band_{n}", "pk", LIKENESS) for n in range(4)),
)
