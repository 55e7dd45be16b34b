"""What make_thumbnails needs from its environment."""

import json
from dataclasses import dataclass, field

from functions.make_thumbnails.variants import Variant


def variants_from_json(text: str) -> tuple[Variant, ...]:
    """Read a list of variants, each with the fields of `Variant`."""
    return tuple(Variant(**variant) for variant in json.loads(text))


def yes_or_no(text: str) -> bool:
    """Read ``yes`` or ``no``."""
    if text not in ("yes", "no"):
        raise ValueError(f"{text!r} is neither yes nor no")
    return text == "yes"


@dataclass(frozen=True)
class Settings:
    """Limits are of one picture: ``max_bytes`` as stored, ``max_memory`` bytes while decoded.

    ``keep_credits``: whether thumbnails name the artist and the copyright.
    """

    originals_bucket: str
    thumbnails_bucket: str
    catalog_table: str
    max_bytes: int
    max_memory: int
    tombstone_days: int
    slo_ready_seconds: int
    keep_credits: bool = field(metadata={"parse": yes_or_no})
    variants: tuple[Variant, ...] = field(metadata={"parse": variants_from_json})
