"""Whether the report's lines add up to its ledger; and making them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from darkroom.contribution import ALL, Contribution, Total, remembered
from darkroom.ledger import ENTRIES, MOVES, line_key, shard_of
from darkroom.reconciliation.findings import Finding, Kind
from darkroom.reconciliation.sources import Pages, plain, report_pages

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

DIMENSIONS = ("ALL", "OWNER", "DAY")
COUNTED, STANDS = "counted", "stands"
PAGE_SIZE = 5_000
PASSES = 3
TRANSACTION = 100  # DynamoDB takes no more actions

Moves = dict[int, int | None]
Measures = dict[str, int]


@dataclass(frozen=True)
class WrongLine:
    """A line of one shard: what its entries add up to, and what it says."""

    total: Total
    shard: int
    counted: Measures
    stands: Measures
    moves: int | None

    def finding(self) -> Finding:
        """Return what a person reads of it."""
        names = sorted(self.counted.keys() | self.stands.keys())
        wrong = [name for name in names if self.counted.get(name) != self.stands.get(name)]
        told = ", ".join(
            f"{name} {self.stands.get(name, 0)} not {self.counted.get(name, 0)}" for name in wrong
        )
        what = f"{self.total.dimension} {self.total.name}"
        return Finding(Kind.MISCOUNTED, "", what, f"shard {self.shard}: {told}")


@dataclass(frozen=True)
class Recount:
    """What a recount found; of the shards in ``unverified`` it cannot say anything."""

    wrong: list[WrongLine] = field(default_factory=list)
    unverified: tuple[int, ...] = ()


class Sums:
    """Adds up entries, and takes down lines, of those shards that are to be recounted."""

    def __init__(self, shards: int, wanted: Iterable[int]) -> None:
        self._shards = shards
        self._wanted = set(wanted)
        self._sums: dict[tuple[str, str], dict[str, Counter[str]]] = defaultdict(dict)

    def add(self, item: Mapping[str, Any]) -> None:
        """Add an item of the report table, if it is an entry or a line."""
        dimension, _, rest = item["pk"].partition("#")
        if item["pk"].startswith(ENTRIES):
            if counted := remembered(item["sk"], item):
                self._add_entry(rest, counted)
        elif dimension in DIMENSIONS and int(rest) in self._wanted:
            measures = {name: item[name] for name in item.keys() - {"pk", "sk", MOVES}}
            self._add(item["pk"], item["sk"], STANDS, measures)

    def _add_entry(self, key: str, contribution: Contribution) -> None:
        shard = shard_of(key, self._shards)
        if shard in self._wanted:
            for total in contribution.totals():
                line = line_key(total, shard)
                self._add(line["pk"], line["sk"], COUNTED, contribution.measures())

    def _add(self, pk: str, sk: str, side: str, measures: Mapping[str, int]) -> None:
        sums = self._sums[pk, sk].setdefault(side, Counter())
        for name, amount in measures.items():
            sums[name] += amount

    def records(self) -> Iterator[tuple[str, str, str, Measures]]:
        """Yield ``(pk, sk, side, measures)``; those of one line and side may be added up."""
        for (pk, sk), sides in self._sums.items():
            for side, measures in sides.items():
                yield pk, sk, side, dict(measures)


def wrong_lines(records: Iterable[tuple[str, str, str, Measures]], moves: Moves) -> list[WrongLine]:
    """Return the lines that disagree, of the shards that *moves* has."""
    lines: dict[tuple[str, str], dict[str, Counter[str]]] = defaultdict(
        lambda: {COUNTED: Counter(), STANDS: Counter()}
    )
    for pk, sk, side, measures in records:
        for name, amount in measures.items():
            lines[pk, sk][side][name] += amount
    wrong = []
    for (pk, sk), sides in sorted(lines.items()):
        dimension, _, shard = pk.partition("#")
        counted, stands = ({n: a for n, a in sides[s].items() if a} for s in (COUNTED, STANDS))
        if int(shard) in moves and counted != stands:
            line = Total(dimension, sk)
            wrong.append(WrongLine(line, int(shard), counted, stands, moves[int(shard)]))
    return wrong


def shards_of(table: "Table", shards: int) -> list[int]:
    """Return the shards that there are: more than *shards* if there once were more."""
    found = list(range(shards))
    while "Item" in table.get_item(Key=line_key(ALL, len(found)), ProjectionExpression="pk"):
        found.append(len(found))
    return found


def moves_of(table: "Table", shards: Iterable[int]) -> Moves:
    """Return how often each shard has been changed: ``None`` for one that never was."""
    moves: Moves = {}
    for shard in shards:
        key = line_key(ALL, shard)
        found = table.get_item(Key=key, ConsistentRead=True, ProjectionExpression=MOVES)
        moves[shard] = plain(found.get("Item", {}).get(MOVES))
    return moves


def still(table: "Table", before: Moves) -> Moves:
    """Return those of *before* that are the same now: all read in between is of one moment."""
    now = moves_of(table, before)
    return {shard: moves for shard, moves in before.items() if now[shard] == moves}


def verify(table: "Table", shards: int) -> Recount:
    """Recount the whole report, the shards that move meanwhile up to `PASSES` times."""
    wrong: list[WrongLine] = []
    left = set(shards_of(table, shards))
    for _ in range(PASSES):
        before = moves_of(table, left)
        sums = Sums(shards, left)
        for item in _items(report_pages(table, PAGE_SIZE)):
            sums.add(item)
        settled = still(table, before)
        wrong += wrong_lines(sums.records(), settled)
        left -= settled.keys()
        if not left:
            break
    return Recount(wrong, tuple(sorted(left)))


def repair(table: "Table", shards: int) -> Recount:
    """Recount the report and correct it; return what was wrong, and what could not be verified."""
    found = verify(table, shards)
    refused = correct(table, found.wrong)
    wrong = [line for line in found.wrong if line.shard not in refused]
    return Recount(wrong, tuple(sorted({*found.unverified, *refused})))


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
    unmoved: dict[str, Any] = {
        "ConditionExpression": "attribute_not_exists(#moves)",
        "ExpressionAttributeNames": {"#moves": MOVES},
    }
    if any_line.moves is not None:
        unmoved["ConditionExpression"] = "#moves = :moves"
        unmoved["ExpressionAttributeValues"] = {":moves": any_line.moves}
    writes: list[Any] = []
    for line in lines:
        item = {**line_key(line.total, line.shard), "objects": 0, "bytes": 0, **line.counted}
        put: dict[str, Any] = {"TableName": table.name, "Item": item}
        if line.total == ALL:
            put |= unmoved
            if line.moves is not None:
                item[MOVES] = line.moves
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


def _items(pages: Pages) -> Iterator[Mapping[str, Any]]:
    page = pages(None)
    yield from page.items
    while page.rest is not None:
        page = pages(page.rest)
        yield from page.items
