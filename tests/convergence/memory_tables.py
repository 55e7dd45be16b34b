"""What a table keeps: its items, and the changes that its stream tells."""

from dataclasses import dataclass, field
from typing import NamedTuple

from tests.convergence.memory_expressions import Item

Name = tuple[str, str]


class Change(NamedTuple):
    """What a stream's record tells: images before and after, none where there was no item."""

    sequence: int
    name: Name
    old: Item | None
    new: Item | None


@dataclass
class Stored:
    """The items of a table by ``pk`` and ``sk``, and each change of one in order.

    Whatever came after ``settled`` an eventually consistent read may yet miss.
    """

    items: dict[Name, Item] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    sequence: int = 0
    settled: int = 0

    def write(self, name: Name, new: Item | None) -> None:
        """Replace an item; what changes nothing leaves no record."""
        old = self.items.get(name)
        if old == new:
            return
        if new is None:
            del self.items[name]
        else:
            self.items[name] = new
        self.sequence += 1
        self.changes.append(Change(self.sequence, name, old, new))

    def earlier(self, lag: int) -> dict[Name, Item]:
        """Return the items as they were before the last *lag* changes that are not settled."""
        unsettled = [change for change in self.changes if change.sequence > self.settled]
        items = dict(self.items)
        for change in reversed(unsettled[-lag:] if lag else []):
            if change.old is None:
                items.pop(change.name, None)
            else:
                items[change.name] = change.old
        return items
