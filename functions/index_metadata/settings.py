"""What index_metadata needs from its environment."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Limits are of one picture: ``max_bytes`` as stored, ``max_pixels`` as decoded."""

    originals_bucket: str
    catalog_table: str
    max_bytes: int
    max_pixels: int
    tombstone_days: int
