"""What index_metadata needs from its environment."""

from dataclasses import dataclass, field
from typing import cast, get_args

from functions.index_metadata.location import Precision


def _precision(text: str) -> Precision:
    if text not in get_args(Precision):
        raise ValueError(f"{text!r} is none of {', '.join(get_args(Precision))}")
    return cast(Precision, text)


@dataclass(frozen=True)
class Settings:
    """Limits are of one picture: ``max_bytes`` as stored, ``max_memory`` bytes while decoded.

    Nothing is decoded here; but what has no thumbnails for its size is refused alike. ``gps`` says
    how exactly the catalog may tell where a picture was taken.
    """

    originals_bucket: str
    catalog_table: str
    max_bytes: int
    max_memory: int
    tombstone_days: int
    slo_ready_seconds: int
    gps: Precision = field(default="off", metadata={"parse": _precision})
