"""Catalog images in, what they add to the report out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple


class Total(NamedTuple):
    """A line of the report, such as ``("OWNER", "alice")``."""

    dimension: str
    name: str


@dataclass(frozen=True)
class Contribution:
    """What one live object counts for; ``day`` is that of its upload, in UTC."""

    owner: str
    day: str
    bytes: int
    rejected: int

    @classmethod
    def of(cls, facet: Mapping[str, Any] | None) -> "Contribution | None":
        """Return what a METADATA facet counts for; ``None`` if its object is gone."""
        if not facet or facet["state"] == "GONE":
            return None
        return cls(
            owner=facet["owner"],
            day=facet["uploaded_at"][:10],
            bytes=int(facet["bytes"]),
            rejected=int(facet["state"] == "REJECTED"),
        )

    def totals(self) -> list[Total]:
        """Return the lines of the report that this object is part of."""
        return [Total("ALL", "ALL"), Total("OWNER", self.owner), Total("DAY", self.day)]

    def measures(self) -> Counter[str]:
        """Return what is added to each of those lines."""
        return Counter(objects=1, bytes=self.bytes, rejected=self.rejected)

    def as_item(self) -> dict[str, Any]:
        """Return the attributes by which the ledger remembers this contribution."""
        return asdict(self)


def differences(
    before: Contribution | None, after: Contribution | None
) -> dict[Total, dict[str, int]]:
    """Return what must be added to each total to replace *before* by *after*; no zeros."""
    changes: dict[Total, Counter[str]] = {}
    for contribution, sign in ((before, -1), (after, 1)):
        if contribution is None:
            continue
        for total in contribution.totals():
            change = changes.setdefault(total, Counter())
            for measure, amount in contribution.measures().items():
                change[measure] += sign * amount
    nonzero = {
        total: {measure: amount for measure, amount in change.items() if amount}
        for total, change in changes.items()
    }
    return {total: change for total, change in nonzero.items() if change}
