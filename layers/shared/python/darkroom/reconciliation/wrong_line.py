"""A line of the report that differs from the sum of its ledger entries."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from darkroom.contribution import Total
from darkroom.ledger_items import MOVES
from darkroom.reconciliation.findings import Finding, Kind

NO_NUMBER = "no number"
Measures = dict[str, int]


@dataclass(frozen=True)
class WrongLine:
    """A line of one shard: ``counted`` is the sum of its entries, ``stands`` the stored amounts.

    ``moves`` is the number of the shard's moves as text, `NO_NUMBER` if another type is stored, and
    ``None`` for a shard without moves. ``unreadable`` has the fault of each unreadable amount.
    """

    total: Total
    shard: int
    counted: Measures
    stands: Measures
    moves: str | None
    unreadable: Mapping[str, str] = field(default_factory=dict)

    def finding(self) -> Finding:
        """Return the line as a finding, for people."""
        names = sorted(self.counted.keys() | self.stands.keys() | self.unreadable.keys())
        wrong = [self._told(name) for name in names if self._is_wrong(name)]
        what = f"{self.total.dimension} {self.total.name}"
        kind = Kind.UNREADABLE_ITEM if self.unreadable else Kind.MISCOUNTED
        return Finding(kind, "", what, f"shard {self.shard}: {', '.join(wrong)}")

    def _is_wrong(self, name: str) -> bool:
        return name in self.unreadable or self.counted.get(name) != self.stands.get(name)

    def _told(self, name: str) -> str:
        if name == MOVES:
            return f"{name} is {self.unreadable[name]}, not a number"
        counted = self.counted.get(name, 0)
        if name in self.unreadable:
            return f"{name} is {self.unreadable[name]}, not {counted}"
        return f"{name} {self.stands.get(name, 0)} not {counted}"
