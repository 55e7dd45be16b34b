"""What a look at the system may find wrong."""

from dataclasses import dataclass
from enum import StrEnum

from darkroom.contribution import METADATA

LEDGER = "LEDGER"


def entry_name(facet: str) -> str:
    """Return how a finding names the ledger's entry of a facet."""
    return LEDGER if facet == METADATA else f"{LEDGER} {facet}"


class Kind(StrEnum):
    """How something disagrees with the originals bucket, or that it cannot be read."""

    MISSING = "MISSING"
    STALE = "STALE"
    ORPHANED = "ORPHANED"
    MISCOUNTED = "MISCOUNTED"
    UNREADABLE_ITEM = "UNREADABLE_ITEM"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; ``key`` is empty where no object is known to have caused it.

    ``what`` is a facet's name, a thumbnail's name, ``LEDGER``, or a line of the report such as
    ``OWNER alice``.
    """

    kind: Kind
    key: str
    what: str
    detail: str
