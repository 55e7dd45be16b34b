"""What query_catalog needs from its environment."""

from dataclasses import dataclass, field

from darkroom.settings import comma_separated


@dataclass(frozen=True)
class Settings:
    """``url_seconds``: how long a presigned URL holds; ``max_bytes`` of one upload.

    ``consumers``: the functions that measure how long uploads wait.
    """

    originals_bucket: str
    thumbnails_bucket: str
    catalog_table: str
    report_table: str
    report_shards: int
    max_bytes: int
    facets: tuple[str, ...] = field(metadata={"parse": comma_separated})
    consumers: tuple[str, ...] = field(metadata={"parse": comma_separated})
    url_seconds: int = 900
