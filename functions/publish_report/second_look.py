"""Single objects held against their entries of the ledger, by consistent reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from darkroom.backoff import attempts
from darkroom.contribution import Contribution
from darkroom.ledger import entry_key
from darkroom.reconciliation.sources import plain

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# What changed less than that ago may still be on its way to the ledger.
UNDER_WAY = timedelta(minutes=10)
AT_ONCE = 50  # of both tables: BatchGetItem takes a hundred
ATTEMPTS = 8

Item = Mapping[str, Any]


class Throttled(Exception):
    """DynamoDB did not give all that was asked for, however often."""


@dataclass(frozen=True)
class Tables:
    """Where facets, entries and lines are; *dynamodb* is the resource that has them."""

    dynamodb: Any
    catalog: "Table"
    report: "Table"
    shards: int


def second_look(tables: Tables, keys: Sequence[str], facet: str) -> tuple[list[str], int]:
    """Return what does not agree, in words, and how many objects cannot be judged yet."""
    wrong, waiting = [], 0
    for start in range(0, len(keys), AT_ONCE):
        for key, found, entry in _pairs(tables, keys[start : start + AT_ONCE], facet):
            is_, counts = contribution_of(found), counted_by(entry)
            if is_ == counts:
                continue
            if _is_recent(found):
                waiting += 1
            else:
                wrong.append(f"{key!r} counts for {_words(counts)}, and is {_words(is_)}")
    return wrong, waiting


def _pairs(
    tables: Tables, keys: Sequence[str], facet: str
) -> Iterator[tuple[str, Item | None, Item | None]]:
    """Yield each key with its facet and its entry.

    The entries are read first: a change in between can only make the facet the newer one, which
    its time of writing tells.
    """
    entries = _read(tables, tables.report, [entry_key(key, facet) for key in keys])
    facets = _read(tables, tables.catalog, [{"pk": key, "sk": facet} for key in keys])
    for key in keys:
        yield key, facets.get((key, facet)), entries.get((entry_key(key, facet)["pk"], facet))


def _read(
    tables: Tables, table: "Table", keys: list[dict[str, str]]
) -> dict[tuple[str, str], Item]:
    left: Any = {table.name: {"Keys": keys, "ConsistentRead": True}}
    found: dict[tuple[str, str], Item] = {}
    for _ in attempts(ATTEMPTS):
        answer = tables.dynamodb.batch_get_item(RequestItems=left)
        for item in answer["Responses"].get(table.name, []):
            found[item["pk"], item["sk"]] = plain(item)
        left = answer.get("UnprocessedKeys")
        if not left:
            return found
    raise Throttled(f"{table.name} did not give {len(left[table.name]['Keys'])} items")


def contribution_of(facet: Item | None) -> Contribution | None:
    """Return what a facet counts for; one that lacks something, for what no entry can be."""
    try:
        return Contribution.of(facet)
    except KeyError as lacking:
        return Contribution("", "", 0, "UNREADABLE", f"without {lacking}")


def counted_by(entry: Item | None) -> Contribution | None:
    """Return what the ledger counts an object for."""
    counted = (entry or {}).get("counted")
    return Contribution.from_item(counted) if counted else None


def _is_recent(facet: Item | None) -> bool:
    recorded: str | None = (facet or {}).get("recorded_at")
    if recorded is None:
        return False
    return datetime.now(UTC) - datetime.fromisoformat(recorded) < UNDER_WAY


def _words(of: Contribution | None) -> str:
    return f"{of.bytes} bytes of {of.owner!r}, {of.day}, {of.state} {of.kind}" if of else "nothing"
