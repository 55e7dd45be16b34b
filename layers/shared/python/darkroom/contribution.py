"""What a facet of a catalogued object adds to the report."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, NamedTuple

from darkroom.items import Rules, is_day, is_key, is_whole


class Total(NamedTuple):
    """A line of the report, such as ``("OWNER", "alice")``."""

    dimension: str
    name: str


ALL = Total("ALL", "ALL")


@dataclass(frozen=True)
class Picture:
    """What one live object counts for; ``day`` is that of its upload, in UTC.

    ``kind`` says more than its state: the format of one that is READY, the reason of one that is
    REJECTED.
    """

    RULES: ClassVar[Rules] = {
        "owner": is_key,
        "day": is_day,
        "bytes": is_whole,
        "state": lambda value: value in ("READY", "REJECTED"),
        "kind": is_key,
    }

    owner: str
    day: str
    bytes: int
    state: str
    kind: str

    @classmethod
    def of(cls, facet: Mapping[str, Any]) -> "Picture":
        """Return what a METADATA facet counts for; `read_facet` has checked it."""
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
    def from_item(cls, item: Mapping[str, Any]) -> "Picture":
        """Return what `as_item` was made from; DynamoDB gives back numbers of another type."""
        told = {name: item[name] for name in cls.RULES}
        return cls(**{**told, "bytes": int(item["bytes"])})


@dataclass(frozen=True)
class Thumbnails:
    """What the thumbnails of one live object count for, as long as its facet names them.

    No day: nobody asks for it, and its line would be a fifth more to write.
    """

    RULES: ClassVar[Rules] = {"owner": is_key, "thumbnails_bytes": is_whole}

    owner: str
    thumbnails_bytes: int

    @classmethod
    def of(cls, facet: Mapping[str, Any]) -> "Thumbnails | None":
        """Return what a THUMBNAILS facet counts for; ``None`` if it names none."""
        if facet["state"] == "REJECTED":
            return None
        size = sum(int(variant["bytes"]) for variant in facet["variants"].values())
        return cls(facet["owner"], size) if size else None

    def totals(self) -> list[Total]:
        """Return the lines of the report that these thumbnails are part of."""
        return [ALL, Total("OWNER", self.owner)]

    def measures(self) -> Counter[str]:
        """Return what is added to each of those lines."""
        return Counter(thumbnails_bytes=self.thumbnails_bytes)

    def as_item(self) -> dict[str, Any]:
        """Return the attributes by which the ledger remembers this contribution."""
        return asdict(self)

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> "Thumbnails":
        """Return what `as_item` was made from; DynamoDB gives back numbers of another type."""
        return cls(item["owner"], int(item["thumbnails_bytes"]))


Contribution = Picture | Thumbnails

METADATA, THUMBNAILS = "METADATA", "THUMBNAILS"
COUNTED: Mapping[str, type[Picture] | type[Thumbnails]] = {
    METADATA: Picture,
    THUMBNAILS: Thumbnails,
}


def contribution_of(name: str, facet: Mapping[str, Any] | None) -> Contribution | None:
    """Return what the facet called *name* counts for; ``None`` if its object is gone."""
    if not facet or facet["state"] == "GONE":
        return None
    return COUNTED[name].of(facet)


def remembered(name: str, entry: Mapping[str, Any] | None) -> Contribution | None:
    """Return what the ledger's *entry* of the facet called *name* last counted.

    `darkroom.ledger_items.read_entry` has checked the entry.
    """
    counted = (entry or {}).get("counted")
    return COUNTED[name].from_item(counted) if counted and name in COUNTED else None


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
