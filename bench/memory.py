"""Tables in memory that answer reads as DynamoDB does, and count what it would charge."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from boto3.dynamodb.conditions import ConditionBase

from darkroom.catalog_indexes import Index

Item = Mapping[str, Any]
ITSELF = Index("", "pk", "sk")
ALL_OF_IT = 10**9
LAST = "\U0010ffff"
Places = dict[str, list[tuple[str, str, str]]]


class Meter:
    """Read units: one for 4 KB that are read consistently, half of that otherwise."""

    def __init__(self) -> None:
        self.units = 0.0

    def add(self, size: int, *, consistent: bool) -> None:
        """Charge for one page, or one item."""
        self.units += -(-max(size, 1) // 4096) * (1.0 if consistent else 0.5)


class MemoryTable:
    """A table of items; its indexes hold what they project, sorted."""

    def __init__(
        self,
        name: str,
        meter: Meter,
        items: Iterable[Item],
        indexes: Mapping[Index, Sequence[str]] | None = None,
    ) -> None:
        self.name = name
        self._meter = meter
        self._items: dict[tuple[str, str], Item] = {}
        self._indexes: dict[str, Places] = {}
        self._kept = {ITSELF.name: (ITSELF, None)} | {
            index.name: (index, frozenset((*kept, "pk", "sk", index.partition, index.sort)))
            for index, kept in (indexes or {}).items()
        }
        for item in items:
            self._items[item["pk"], item["sk"]] = item
        for index, _ in self._kept.values():
            self._indexes[index.name] = self._sorted(index)

    def _sorted(self, index: Index) -> Places:
        found: Places = defaultdict(list)
        for (pk, sk), item in self._items.items():
            if index.partition in item and index.sort in item:
                found[item[index.partition]].append((item[index.sort], pk, sk))
        for places in found.values():
            places.sort()
        return found

    def get_item(self, **request: Any) -> dict[str, Any]:
        """Get one item."""
        key = request["Key"]
        item = self._items.get((key["pk"], key["sk"]))
        self._meter.add(size_of(item or {}), consistent=request.get("ConsistentRead", False))
        return {"Item": item} if item else {}

    def query(self, **request: Any) -> dict[str, Any]:
        """Read a page of one partition."""
        index, kept = self._kept[request.get("IndexName", "")]
        partition, least, most = bounds(request["KeyConditionExpression"])
        places = self._indexes[index.name].get(partition, [])
        low, high = bisect_left(places, (least,)), bisect_right(places, (most, LAST, LAST))
        start, forward = request.get("ExclusiveStartKey"), request.get("ScanIndexForward", True)
        if start:
            at = bisect_left(places, (start[index.sort], start["pk"], start["sk"]))
            low, high = (at + 1, high) if forward else (low, at)
        limit = min(request.get("Limit", ALL_OF_IT), high - low)
        page = places[low : low + limit] if forward else places[high - limit : high][::-1]
        items = [_projected(self._items[pk, sk], kept) for _, pk, sk in page]
        consistent = request.get("ConsistentRead", False)
        self._meter.add(sum(map(size_of, items)), consistent=consistent)
        answer: dict[str, Any] = {"Items": items, "ScannedCount": len(items)}
        if items and high - low > limit:
            names = ("pk", "sk", index.partition, index.sort)
            answer["LastEvaluatedKey"] = {name: items[-1][name] for name in names}
        return answer


class MemoryDynamoDB:
    """What a resource is to `query_catalog`."""

    def __init__(self, *tables: MemoryTable) -> None:
        self.tables = {table.name: table for table in tables}

    def Table(self, name: str) -> MemoryTable:  # noqa: N802 - as boto3 has it
        """Return a table."""
        return self.tables[name]

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        """Get many items."""
        responses = {}
        for name, asked in request["RequestItems"].items():
            consistent = asked.get("ConsistentRead", False)
            got = [
                self.tables[name].get_item(Key=key, ConsistentRead=consistent)
                for key in asked["Keys"]
            ]
            responses[name] = [answer["Item"] for answer in got if answer]
        return {"Responses": responses, "UnprocessedKeys": {}}


def bounds(condition: ConditionBase) -> tuple[str, str, str]:
    """Return the partition, and between what its sort keys shall lie."""
    told = condition.get_expression()
    if told["operator"] == "AND":
        partition, (least, most) = bounds(told["values"][0])[0], _between(told["values"][1])
        return partition, least, most
    return str(told["values"][1]), "", LAST


def _between(condition: ConditionBase) -> tuple[str, str]:
    told = condition.get_expression()
    first, last = told["values"][1], told["values"][-1]
    return {
        "BETWEEN": (first, last),
        ">=": (first, LAST),
        ">": (first + "\0", LAST),
        "<=": ("", last),
    }[told["operator"]]


def _projected(item: Item, kept: frozenset[str] | None) -> Item:
    return item if kept is None else {name: item[name] for name in item.keys() & kept}


def size_of(value: Any) -> int:
    """Return bytes as DynamoDB counts them: names, texts in UTF-8, numbers by their digits."""
    match value:
        case str():
            return len(value.encode())
        case bool() | None:
            return 1
        case int() | float():
            return len(str(value)) // 2 + 1
        case Mapping():
            return 3 + sum(len(name.encode()) + size_of(each) + 1 for name, each in value.items())
        case _:
            return 3 + sum(size_of(each) + 1 for each in value)
