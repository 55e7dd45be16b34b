"""Tables in memory that answer as DynamoDB does and count what it would charge, and a bucket."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

from boto3.dynamodb.conditions import ConditionBase

from darkroom.catalog_indexes import Index

Item = Mapping[str, Any]
Place = tuple[str, str, str]
ITSELF = Index("", "pk", "sk")
LAST_MODIFIED = datetime(2026, 11, 21, tzinfo=UTC)
ALL_OF_IT = 10**9
LAST = "\U0010ffff"


class Meter:
    """Read units: one for 4 KB that are read consistently, half of that otherwise."""

    def __init__(self) -> None:
        self.units = 0.0

    def add(self, size: int, *, consistent: bool) -> None:
        """Charge for one page, or one item."""
        self.units += -(-max(size, 1) // 4096) * (1.0 if consistent else 0.5)


class MemoryTable:
    """A table of items; its indexes hold what they project.

    It remembers where in *items* each partition's are, no item itself: a million of them may be
    made when they are asked for. They come in the order of every index's sort keys.
    """

    def __init__(
        self,
        name: str,
        meter: Meter,
        items: Sequence[Item],
        indexes: Mapping[Index, Sequence[str]] | None = None,
    ) -> None:
        self.name = name
        self.meta = SimpleNamespace(client=self)
        self._meter = meter
        self._items = items
        self._kept = {ITSELF.name: (ITSELF, None)} | {
            index.name: (index, frozenset((*kept, "pk", "sk", index.partition, index.sort)))
            for index, kept in (indexes or {}).items()
        }
        self._partitions: dict[str, dict[str, list[int]]] = {name: {} for name in self._kept}
        for number, item in enumerate(items):
            for index, _ in self._kept.values():
                if index.partition in item and index.sort in item:
                    partitions = self._partitions[index.name]
                    partitions.setdefault(item[index.partition], []).append(number)

    def partitions(self, index: Index) -> list[list[Place]]:
        """Return the places of each partition's items, in the order in which they are read."""
        found = self._partitions[index.name].values()
        return [[self._place(index, number) for number in numbers] for numbers in found]

    def _place(self, index: Index, number: int) -> Place:
        item = self._items[number]
        return item[index.sort], item["pk"], item["sk"]

    def get_item(self, **request: Any) -> dict[str, Any]:
        """Get one item."""
        key = request["Key"]
        numbers = self._partitions[ITSELF.name].get(key["pk"], [])
        found = (self._items[number] for number in numbers)
        item = next((each for each in found if each["sk"] == key["sk"]), None)
        self._meter.add(size_of(item or {}), consistent=request.get("ConsistentRead", False))
        return {"Item": item} if item else {}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        """Get many items."""
        asked = request["RequestItems"][self.name]
        consistent = asked["ConsistentRead"]
        got = [self.get_item(Key=key, ConsistentRead=consistent) for key in asked["Keys"]]
        return {"Responses": {self.name: [answer["Item"] for answer in got if answer]}}

    def query(self, **request: Any) -> dict[str, Any]:
        """Read a page of one partition."""
        index, kept = self._kept[request.get("IndexName", "")]
        partition, least, most = bounds(request["KeyConditionExpression"])
        numbers = self._partitions[index.name].get(partition, [])
        place = partial(self._place, index)
        low = bisect_left(numbers, (least, "", ""), key=place)
        high = bisect_right(numbers, (most, LAST, LAST), key=place)
        start, forward = request.get("ExclusiveStartKey"), request.get("ScanIndexForward", True)
        if start:
            at = bisect_left(numbers, (start[index.sort], start["pk"], start["sk"]), key=place)
            low, high = (at + 1, high) if forward else (low, at)
        limit = min(request.get("Limit", ALL_OF_IT), high - low)
        page = numbers[low : low + limit] if forward else numbers[high - limit : high][::-1]
        items = [_projected(self._items[number], kept) for number in page]
        consistent = request.get("ConsistentRead", False)
        self._meter.add(sum(map(size_of, items)), consistent=consistent)
        answer: dict[str, Any] = {"Items": items, "ScannedCount": len(items)}
        if items and high - low > limit:
            names = ("pk", "sk", index.partition, index.sort)
            answer["LastEvaluatedKey"] = {name: items[-1][name] for name in names}
        return answer


class MemoryBucket:
    """A bucket of pictures that each have one version, and all a delete marker or none of them."""

    class meta:  # noqa: N801 - as boto3 has it
        endpoint_url = "https://s3.eu-west-1.amazonaws.com"

    def __init__(self) -> None:
        self._deleted = False

    def itself(self) -> "MemoryBucket":
        """Return it, as the function makes its client."""
        return self

    def list_object_versions(self, **request: Any) -> dict[str, Any]:
        """Answer with the version, below its delete marker if there is one."""
        of_both = {"Key": request["Prefix"], "LastModified": LAST_MODIFIED}
        version = {**of_both, "VersionId": "v", "Size": 7, "IsLatest": not self._deleted}
        marker = {**of_both, "VersionId": "m", "IsLatest": True}
        return {"Versions": [version], "DeleteMarkers": [marker] if self._deleted else []}

    def delete_object(self, **request: Any) -> dict[str, Any]:
        """Put the delete marker, or take it away."""
        self._deleted = "VersionId" not in request
        return {"VersionId": "m"}

    def create_multipart_upload(self, **_: Any) -> dict[str, Any]:
        """Begin, always anew."""
        return {"UploadId": "any"}

    def list_parts(self, **_: Any) -> dict[str, Any]:
        """Answer as if all had been uploaded."""
        return {"Parts": [{"PartNumber": 1, "Size": 7}]}

    def complete_multipart_upload(self, **_: Any) -> dict[str, Any]:
        """Take whatever was uploaded."""
        return {"VersionId": "v"}

    def abort_multipart_upload(self, **_: Any) -> None:
        """Give up what nobody holds."""


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
