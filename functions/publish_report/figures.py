"""What a report says: numbers, and what they are of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from darkroom.latency import Waited


@dataclass(frozen=True)
class Line:
    """What a day, an owner or everything counts for."""

    name: str
    objects: int = 0
    bytes: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Kind:
    """What there is of a format that is READY, or of a reason why pictures are REJECTED."""

    state: str
    name: str
    objects: int
    bytes: int


@dataclass(frozen=True)
class Owners:
    """Those with the most bytes, and all others as one; of ``number`` that were seen."""

    top: tuple[Line, ...] = ()
    rest: Line | None = None
    number: int = 0
    complete: bool = True


@dataclass(frozen=True)
class Drift:
    """What the last sweep that came to its end had found wrong, by kind."""

    finished_at: str
    found: Mapping[str, int]
    unverified_shards: tuple[int, ...] = ()


class Verdict(StrEnum):
    """What a recount may claim; the first only if nothing was left out."""

    AGREES = "AGREES"
    AGREES_WHERE_LOOKED = "AGREES_WHERE_LOOKED"
    DISAGREES = "DISAGREES"
    NOT_KNOWN = "NOT_KNOWN"


@dataclass(frozen=True)
class Check:
    """What was recounted, and what did not agree; ``gaps`` says what was not looked at, and why.

    ``compared``: objects of the catalog, or of the ledger, held against the other.
    ``recounted_shards``: those whose lines were added up anew while they stood still.
    """

    counted: int = 0
    compared: int = 0
    recounted_shards: int = 0
    wrong: int = 0
    examples: tuple[str, ...] = ()
    gaps: tuple[str, ...] = field(default=())

    @property
    def verdict(self) -> Verdict:
        """Claim no more than was seen."""
        if self.wrong:
            return Verdict.DISAGREES
        if not self.gaps:
            return Verdict.AGREES
        looked = self.compared or self.recounted_shards
        return Verdict.AGREES_WHERE_LOOKED if looked else Verdict.NOT_KNOWN


@dataclass(frozen=True)
class Report:
    """Everything. Lines of ``days`` are what was uploaded on them and is still there."""

    stage: str
    made_at: str
    first_day: str
    last_day: str
    totals: Line
    days: tuple[Line, ...]
    kinds: tuple[Kind, ...]
    owners: Owners
    drift: Drift | None
    check: Check
    thumbnails_bytes: int = 0
    waited: Waited = field(default_factory=Waited)
