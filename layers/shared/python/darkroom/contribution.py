"""What a catalogued object adds to the report."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple


class Total(NamedTuple):
    """A line of the report, such as ``("OWNER", "alice")``."""

    dimension: str
    name: str


ALL = Total("ALL", "ALL")


@dataclass(frozen=True)
class Contribution:
    """What one live object counts for; ``day`` is that of its upload, in UTC.

    ``kind`` says more than its state: the format of one that is READY, the reason of one that is
    REJECTED.
    """

    owner: str
    day: str
    bytes: int
    state: str
    kind: str

    @classmethod
    def of(cls, facet: Mapping[str, Any] | None) -> "Contribution | None":
        """Return what a METADATA facet counts for; ``None`` if its object is gone.

        Raises:
            KeyError: if it is no METADATA facet.
        """
        if not facet or facet["state"] == "GONE":
            return None
        return cls(
            owner=facet["owner"],
            day=facet["uploaded_at"][:10],
            bytes=int(facet["bytes"]),
            state=facet["state"],
            kind=facet["reason" if facet["state"] == "REJECTED" else "format"],
        )

    def totals(self) -> list[Total]:
        """Return the lines of the report that this object is part of."""
        return [ALL, Total("OWNER", self.owner), Total("DAY", self.day)]

    def measures(self) -> Counter[str]:
        """Return what is added to each of those lines: in all, and of this state and kind."""
        counts = Counter(objects=1, bytes=self.bytes, rejected=int(self.state == "REJECTED"))
        counts[f"objects {self.state} {self.kind}"] = 1
        counts[f"bytes {self.state} {self.kind}"] = self.bytes
        return counts

    def as_item(self) -> dict[str, Any]:
        """Return the attributes by which the ledger remembers this contribution."""
        return asdict(self)

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> "Contribution":
        """Return what `as_item` was made from; DynamoDB gives back numbers of another type."""
        return cls(**{**item, "bytes": int(item["bytes"])})


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
