"""The page's tables; those of few rows have their bars in them."""

from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element

from functions.publish_report.as_data import meaning
from functions.publish_report.charts import bar
from functions.publish_report.figures import Kind, Line, Owners
from functions.publish_report.markup import Child, name_of, node
from functions.publish_report.words import day, size

KINDS_OF_DRIFT = {
    "MISSING": "missing: a facet or a thumbnail that should be there",
    "STALE": "stale: of another version than the bucket's",
    "ORPHANED": "orphaned: of something that is gone",
    "MISCOUNTED": "miscounted: a line or an entry of the report",
    "UNREADABLE_ITEM": "unreadable: an item of a table that nothing of ours has written",
}


def days_table(days: Sequence[Line]) -> Element:
    """Return all days, the last one first."""
    rows = (
        _row(day(line.name), f"{line.objects:,}", f"{line.rejected:,}", size(line.bytes))
        for line in reversed(days)
    )
    return _table(("Day", "Pictures", "Refused", "Bytes"), rows)


def owners_table(owners: Owners) -> Element:
    """Return the largest owners, and all others as one."""
    largest = max((line.bytes for line in owners.top), default=0)
    rows = [_owner(name_of(line.name), line, largest) for line in owners.top]
    if owners.rest:
        others = f"{owners.number - len(owners.top):,} others"
        rows.append(_owner(others, owners.rest, 0))
    return _table(("Owner", "", "Bytes", "Pictures", "Refused"), rows)


def formats_table(kinds: Sequence[Kind]) -> Element:
    """Return the formats, the most frequent first."""
    largest = max((kind.objects for kind in kinds), default=0)
    rows = (
        _row(name_of(kind.name), _bar(kind.objects, largest), f"{kind.objects:,}", size(kind.bytes))
        for kind in kinds
    )
    return _table(("Format", "", "Pictures", "Bytes"), rows)


def refusals_table(kinds: Sequence[Kind]) -> Element:
    """Return the reasons in words, the most frequent first."""
    largest = max((kind.objects for kind in kinds), default=0)
    rows = (
        _row(_reason(kind.name), _bar(kind.objects, largest, "upper"), f"{kind.objects:,}")
        for kind in kinds
    )
    return _table(("Reason", "", "Pictures"), rows, otherwise="Nothing is refused.")


def drift_table(found: Mapping[str, int]) -> Element:
    """Return how much of each kind was found wrong."""
    rows = (_row(KINDS_OF_DRIFT.get(kind, kind), f"{n:,}") for kind, n in found.items())
    return _table(("Kind", "Found"), rows)


def _owner(name: Child, line: Line, largest: int) -> Element:
    drawn = _bar(line.bytes, largest) if largest else node("td")
    return _row(name, drawn, size(line.bytes), f"{line.objects:,}", f"{line.rejected:,}")


def _reason(name: str) -> Element:
    return node("span", meaning(name), node("code", name), class_="reason")


def _bar(part: int, largest: int, colour: str = "") -> Element:
    return node("td", bar(part, largest, colour=colour), class_="drawn")


def _row(name: Child, *cells: Element | str) -> Element:
    made = (cell if isinstance(cell, Element) else node("td", cell) for cell in cells)
    return node("tr", node("th", name, scope="row"), *made)


def _table(
    heads: Sequence[str], rows: Iterable[Element], *, otherwise: str = "There is nothing yet."
) -> Element:
    body = list(rows)
    if not body:
        return node("p", otherwise, class_="none")
    # An empty head would be read as one: the column of bars says what the next one says in numbers.
    cells = (node("th", head, scope="col") if head else node("td") for head in heads)
    return node("table", node("thead", node("tr", *cells)), node("tbody", *body))
