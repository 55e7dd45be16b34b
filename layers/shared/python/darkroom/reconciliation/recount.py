"""Whether the report's lines add up to its ledger; and making them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from darkroom.contribution import ALL, Contribution, Total
from darkroom.items import UnreadableItem
from darkroom.ledger import shard_of
from darkroom.ledger_items import (
    ENTRIES,
    MOVES,
    is_amount,
    is_entry,
    line_key,
    line_shard,
    read_entry,
    read_line,
)
from darkroom.reconciliation.findings import Finding, Kind, entry_name
from darkroom.reconciliation.sources import Pages, report_pages
from darkroom.reconciliation.wrong_line import NO_NUMBER, WrongLine

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

COUNTED, STANDS, UNREADABLE = "counted", "stands", "unreadable"
PAGE_SIZE = 5_000
PASSES = 3
TRANSACTION = 100  # DynamoDB takes no more actions

Moves = dict[int, str | None]
# ``(pk, sk, side, amounts)``; of the side `UNREADABLE`, the amounts are what is wrong with them.
Record = tuple[str, str, str, Mapping[str, Any]]


@dataclass(frozen=True)
class Recount:
    """What a recount found; of the shards in ``unverified`` it cannot say anything.

    ``unreadable`` are the ledger's entries that cannot be read, and count for nothing.
    """

    wrong: list[WrongLine] = field(default_factory=list)
    unverified: tuple[int, ...] = ()
    unreadable: tuple[Finding, ...] = ()


class Sums:
    """Adds up entries, and takes down lines, of those shards that are to be recounted."""

    def __init__(self, shards: int, wanted: Iterable[int]) -> None:
        self._shards = shards
        self._wanted = set(wanted)
        self._sums: dict[tuple[str, str], dict[str, Counter[str]]] = defaultdict(dict)
        self._wrong: dict[tuple[str, str], Mapping[str, str]] = {}
        self.unreadable: list[Finding] = []

    def add(self, item: Mapping[str, Any]) -> None:
        """Add an item of the report table, if it is an entry or a line."""
        if is_entry(item):
            try:
                entry = read_entry(item)
            except UnreadableItem as error:
                self.unreadable.append(_finding(item["sk"], error))
            else:
                self._add_entry(item["pk"].removeprefix(ENTRIES), entry.contribution)
        elif line_shard(item["pk"]) in self._wanted:
            measures, wrong = read_line(item)
            self._add(item["pk"], item["sk"], STANDS, measures)
            if wrong:
                self._wrong[item["pk"], item["sk"]] = wrong

    def _add_entry(self, key: str, contribution: Contribution | None) -> None:
        shard = shard_of(key, self._shards)
        if contribution and shard in self._wanted:
            for total in contribution.totals():
                line = line_key(total, shard)
                self._add(line["pk"], line["sk"], COUNTED, contribution.measures())

    def _add(self, pk: str, sk: str, side: str, measures: Mapping[str, int]) -> None:
        sums = self._sums[pk, sk].setdefault(side, Counter())
        for name, amount in measures.items():
            sums[name] += amount

    def records(self) -> Iterator[Record]:
        """Yield what was added; the amounts of one line and side may be added up."""
        for (pk, sk), sides in self._sums.items():
            for side, measures in sides.items():
                yield pk, sk, side, dict(measures)
        for (pk, sk), wrong in self._wrong.items():
            yield pk, sk, UNREADABLE, wrong


def _finding(facet: str, error: UnreadableItem) -> Finding:
    return Finding(Kind.UNREADABLE_ITEM, error.key, entry_name(facet), error.problem)


def wrong_lines(records: Iterable[Record], moves: Moves) -> list[WrongLine]:
    """Return the lines that disagree or cannot be read, of the shards that *moves* has."""
    lines: dict[tuple[str, str], dict[str, Counter[str]]] = defaultdict(
        lambda: {COUNTED: Counter(), STANDS: Counter()}
    )
    unreadable: dict[tuple[str, str], Mapping[str, str]] = {}
    for pk, sk, side, amounts in records:
        sides = lines[pk, sk]
        if side == UNREADABLE:
            unreadable[pk, sk] = amounts
        else:
            sides[side].update(amounts)
    wrong = []
    for (pk, sk), sides in sorted(lines.items()):
        dimension, _, shard = pk.partition("#")
        counted, stands = ({n: a for n, a in sides[s].items() if a} for s in (COUNTED, STANDS))
        told = unreadable.get((pk, sk), {})
        if int(shard) in moves and (counted != stands or told):
            line = Total(dimension, sk)
            wrong.append(WrongLine(line, int(shard), counted, stands, moves[int(shard)], told))
    return wrong


def shards_of(table: "Table", shards: int) -> list[int]:
    """Return the shards that there are: more than *shards* if there once were more."""
    found = list(range(shards))
    while "Item" in table.get_item(Key=line_key(ALL, len(found)), ProjectionExpression="pk"):
        found.append(len(found))
    return found


def moves_of(table: "Table", shards: Iterable[int]) -> Moves:
    """Return how often each shard has been changed, as `Moves` says."""
    moves: Moves = {}
    for shard in shards:
        key = line_key(ALL, shard)
        found = table.get_item(Key=key, ConsistentRead=True, ProjectionExpression=MOVES)
        item = found.get("Item", {})
        moves[shard] = _moves_text(item[MOVES]) if MOVES in item else None
    return moves


def _moves_text(value: Any) -> str:
    is_number = isinstance(value, Decimal | int) and not isinstance(value, bool)
    return str(value) if is_number else NO_NUMBER


def still(table: "Table", before: Moves) -> Moves:
    """Return those of *before* that are the same now: all read in between is of one moment."""
    now = moves_of(table, before)
    return {shard: moves for shard, moves in before.items() if now[shard] == moves}


def verify(table: "Table", shards: int) -> Recount:
    """Recount the whole report, the shards that move meanwhile up to `PASSES` times."""
    wrong: list[WrongLine] = []
    unreadable: dict[Finding, None] = {}
    left = set(shards_of(table, shards))
    for _ in range(PASSES):
        before = moves_of(table, left)
        sums = Sums(shards, left)
        for item in _items(report_pages(table, PAGE_SIZE)):
            sums.add(item)
        unreadable |= dict.fromkeys(sums.unreadable)
        settled = still(table, before)
        wrong += wrong_lines(sums.records(), settled)
        left -= settled.keys()
        if not left:
            break
    return Recount(wrong, tuple(sorted(left)), tuple(unreadable))


def repair(table: "Table", shards: int) -> Recount:
    """Recount the report and correct it; return what was wrong, and what could not be verified."""
    found = verify(table, shards)
    refused = correct(table, found.wrong)
    wrong = [line for line in found.wrong if line.shard not in refused]
    return replace(found, wrong=wrong, unverified=tuple(sorted({*found.unverified, *refused})))


def correct(table: "Table", lines: Sequence[WrongLine]) -> set[int]:
    """Write what lines ought to say; return the shards that have moved since, which are left."""
    refused = set()
    for shard in sorted({line.shard for line in lines}):
        of_shard = [line for line in lines if line.shard == shard]
        for start in range(0, len(of_shard), TRANSACTION - 1):
            if not _write(table, of_shard[start : start + TRANSACTION - 1]):
                refused.add(shard)
                break
    return refused


def _write(table: "Table", lines: Sequence[WrongLine]) -> bool:
    """Write lines of one shard on condition that it is as it was when they were added up."""
    any_line = lines[0]
    unmoved = _unmoved(any_line.moves)
    writes: list[Any] = []
    for line in lines:
        item = {**line_key(line.total, line.shard), "objects": 0, "bytes": 0, **line.counted}
        put: dict[str, Any] = {"TableName": table.name, "Item": item}
        if line.total == ALL:
            put |= unmoved
            if line.moves is not None:
                item[MOVES] = _usable(line.moves)
        writes.append({"Put": put})
    if not any(line.total == ALL for line in lines):
        key = line_key(ALL, any_line.shard)
        writes.append({"ConditionCheck": {"TableName": table.name, "Key": key, **unmoved}})
    try:
        table.meta.client.transact_write_items(TransactItems=writes)
    except ClientError as error:
        if error.response["Error"]["Code"] != "TransactionCanceledException":
            raise
        return False
    return True


def _usable(moves: str) -> Decimal:
    """Return the number of moves; 0 instead of one that nothing can be added to."""
    number = Decimal(0 if moves == NO_NUMBER else moves)
    return number if is_amount(number) else Decimal(0)


def _unmoved(moves: str | None) -> dict[str, Any]:
    """Return the condition that a shard has not moved since its moves were read."""
    condition: dict[str, Any] = {"ExpressionAttributeNames": {"#moves": MOVES}}
    if moves is None:
        return condition | {"ConditionExpression": "attribute_not_exists(#moves)"}
    values: dict[str, Any]
    if moves == NO_NUMBER:
        values = {":number": "N"}
        condition["ConditionExpression"] = "NOT attribute_type(#moves, :number)"
    else:
        values = {":moves": Decimal(moves)}
        condition["ConditionExpression"] = "#moves = :moves"
    return condition | {"ExpressionAttributeValues": values}


def _items(pages: Pages) -> Iterator[Mapping[str, Any]]:
    page = pages(None)
    yield from page.items
    while page.rest is not None:
        page = pages(page.rest)
        yield from page.items
