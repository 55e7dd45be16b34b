"""Lines of the report, read from all shards and added up."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from heapq import merge, nlargest
from itertools import groupby
from typing import Any

from darkroom.contribution import ALL, Total
from darkroom.ledger_items import is_amount, line_key
from functions.publish_report.clock import Deadline
from functions.publish_report.figures import Kind, Line, Owners
from functions.publish_report.period import Period

SHOWN_OWNERS = 20
MEASURES = ("objects", "bytes", "rejected")

Item = Mapping[str, Any]


class Lines:
    """Reads the report table by a plain client: its resource takes thrice as long to a line."""

    def __init__(self, client: Any, table: str, shards: int) -> None:
        self._client = client
        self._table = table
        self._shards = range(shards)

    def everything(self) -> tuple[Line, tuple[Kind, ...], int]:
        """Return the totals, what there is of each kind, and the bytes of all thumbnails."""
        sums: Counter[str] = Counter()
        for shard in self._shards:
            for item in self._items(ALL, shard):
                sums.update(_measures(item))
        return _line("", sums), tuple(_kinds(sums)), sums["thumbnails_bytes"]

    def days(self, period: Period) -> tuple[Line, ...]:
        """Return a line for each day, also for those on which there was nothing."""
        sums: dict[str, Counter[str]] = {day: Counter() for day in period.days()}
        between = (period.first.isoformat(), period.last.isoformat())
        for shard in self._shards:
            for item in self._items(Total("DAY", ""), shard, between):
                if item["sk"]["S"] in sums:
                    sums[item["sk"]["S"]].update(_measures(item))
        return tuple(_line(day, measures) for day, measures in sums.items())

    def owners(self, deadline: Deadline, most: int = SHOWN_OWNERS) -> Owners:
        """Return the owners with the most bytes.

        Each shard's lines come sorted by owner, so they are merged page by page: a million
        owners take no more memory than a page of each shard.
        """
        seen: Counter[str] = Counter()
        each = self._each_owner(deadline, seen)
        top = nlargest(most, each, key=lambda line: (line.bytes, line.objects, line.name))
        left = {name: seen[name] - sum(getattr(line, name) for line in top) for name in MEASURES}
        rest = Line("", **left) if seen["owners"] > len(top) else None
        return Owners(tuple(top), rest, seen["owners"], not seen["cut off"])

    def _each_owner(self, deadline: Deadline, seen: Counter[str]) -> Iterator[Line]:
        lines = merge(*map(self._owner_lines, self._shards), key=_name)
        for name, of_shards in groupby(lines, key=_name):
            line = _sum(name, of_shards)
            if line.objects:
                seen["owners"] += 1
                seen.update({measure: getattr(line, measure) for measure in MEASURES})
                yield line
            if deadline.is_over:
                seen["cut off"] = 1
                return

    def _owner_lines(self, shard: int) -> Iterator[Line]:
        for item in self._items(Total("OWNER", ""), shard, only=MEASURES):
            yield _line(item["sk"]["S"], _measures(item))

    def _items(
        self,
        total: Total,
        shard: int,
        between: tuple[str, str] | None = None,
        only: Sequence[str] = (),
    ) -> Iterator[Item]:
        condition, values = "pk = :pk", {":pk": {"S": line_key(total, shard)["pk"]}}
        if between:
            condition += " AND sk BETWEEN :first AND :last"
            values |= {":first": {"S": between[0]}, ":last": {"S": between[1]}}
        names = {f"#{name}": name for name in ("sk", *only)} if only else {}
        fewer = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            **(fewer if only else {}),
        )
        return (item for page in pages for item in page["Items"])


def _measures(item: Item) -> dict[str, int]:
    """Return the amounts that can be read; the recount names the others."""
    amounts = {name: Decimal(value["N"]) for name, value in item.items() if "N" in value}
    return {name: int(amount) for name, amount in amounts.items() if is_amount(amount)}


def _line(name: str, measures: Mapping[str, int]) -> Line:
    return Line(name, *(measures.get(measure, 0) for measure in MEASURES))


def _sum(name: str, lines: Iterator[Line]) -> Line:
    objects = size = rejected = 0
    for line in lines:
        objects, size, rejected = (
            objects + line.objects,
            size + line.bytes,
            rejected + line.rejected,
        )
    return Line(name, objects, size, rejected)


def _name(line: Line) -> str:
    return line.name


def _kinds(sums: Mapping[str, int]) -> Iterator[Kind]:
    """Yield the kinds, the most frequent first; a measure is called like ``objects READY JPEG``."""
    for measure, objects in sorted(sums.items(), key=lambda of: (-of[1], of[0])):
        what, _, kind = measure.partition(" ")
        if what == "objects" and kind and objects:
            state, _, name = kind.partition(" ")
            yield Kind(state, name, objects, sums.get(f"bytes {kind}", 0))
