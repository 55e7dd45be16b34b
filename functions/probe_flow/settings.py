"""What probe_flow needs from its environment."""

from dataclasses import dataclass, field

from darkroom.settings import comma_separated


@dataclass(frozen=True)
class Settings:
    """``patience_seconds``: how long a picture may take to each of its stations."""

    originals_bucket: str
    thumbnails_bucket: str
    catalog_table: str
    report_table: str
    report_shards: int
    patience_seconds: int
    facets: tuple[str, ...] = field(metadata={"parse": comma_separated})
