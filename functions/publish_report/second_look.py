"""Single objects held against their entries of the ledger, by consistent reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from darkroom.batches import get_all
from darkroom.catalog import read_facet
from darkroom.contribution import METADATA, Contribution, Picture, contribution_of
from darkroom.items import UnreadableItem, is_key, is_moment
from darkroom.ledger_items import entry_key, read_entry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# What changed less than that ago may still be on its way to the ledger.
UNDER_WAY = timedelta(minutes=10)
AT_ONCE = 50  # read closely together, so that few change in between

Item = Mapping[str, Any]
Place = tuple[str, str]  # a key and a facet
Counts = Contribution | UnreadableItem | None


@dataclass(frozen=True)
class Tables:
    """Where facets, entries and lines are."""

    catalog: "Table"
    report: "Table"
    shards: int


def second_look(tables: Tables, places: Sequence[Place]) -> tuple[list[str], int]:
    """Return what does not agree, in words, and how many objects cannot be judged yet."""
    wrong, waiting = [f"{key!r}: no object can have this key" for key in _impossible(places)], 0
    possible = [place for place in places if is_key(place[0])]
    for start in range(0, len(possible), AT_ONCE):
        for (key, facet), found, entry in _pairs(tables, possible[start : start + AT_ONCE]):
            is_, counts = read_as(found), counted_as(entry)
            if is_ == counts:
                continue
            if _is_recent(found):
                waiting += 1
            else:
                what = repr(key) if facet == METADATA else f"{facet} of {key!r}"
                wrong.append(f"{what} counts for {_words(counts)}, and is {_words(is_)}")
    return wrong, waiting


def _pairs(
    tables: Tables, places: Sequence[Place]
) -> Iterator[tuple[Place, Item | None, Item | None]]:
    """Yield each place with its facet and its entry.

    The entries are read first: a change in between can only make the facet the newer one, which
    its time of writing tells.
    """
    entries = _read(tables.report, [entry_key(*place) for place in places])
    facets = _read(tables.catalog, [{"pk": key, "sk": facet} for key, facet in places])
    for key, facet in places:
        entry = entries.get((entry_key(key, facet)["pk"], facet))
        yield (key, facet), facets.get((key, facet)), entry


def _read(table: "Table", keys: list[dict[str, str]]) -> dict[Place, Item]:
    found = get_all(table, keys, consistent=True)
    return {(item["pk"], item["sk"]): item for item in found}


def read_as(item: Item | None) -> Counts:
    """Return what a facet counts for, or why it cannot be read, which equals nothing else."""
    try:
        return contribution_of(item["sk"], read_facet(item)) if item else None
    except UnreadableItem as error:
        return error


def counted_as(entry: Item | None) -> Counts:
    """Return what an entry counts, or why it cannot be read."""
    try:
        return read_entry(entry).contribution if entry else None
    except UnreadableItem as error:
        return error


def _impossible(places: Sequence[Place]) -> list[str]:
    return list(dict.fromkeys(key for key, _ in places if not is_key(key)))


def _is_recent(facet: Item | None) -> bool:
    recorded = (facet or {}).get("recorded_at")
    if not is_moment(recorded):
        return False
    return datetime.now(UTC) - datetime.fromisoformat(str(recorded)) < UNDER_WAY


def _words(of: Counts) -> str:
    match of:
        case None:
            return "nothing"
        case UnreadableItem():
            return f"unreadable ({of.problem})"
        case Picture():
            return f"{of.bytes} bytes of {of.owner!r}, {of.day}, {of.state} {of.kind}"
        case _:
            return f"{of.thumbnails_bytes} bytes of {of.owner!r}"
