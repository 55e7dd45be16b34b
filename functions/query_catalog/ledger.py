"""The report table, read by its keys, which are spread over a few shards."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Key

from darkroom.batches import get_all
from darkroom.contribution import Total
from darkroom.items import is_day
from darkroom.ledger_items import line_key
from darkroom.reconciliation.checkpoint import Checkpoints
from functions.query_catalog.lines import Line, summed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class Report:
    """Totals, summed over the shards that they are written to."""

    def __init__(self, table: "Table", shards: int) -> None:
        self._table = table
        self._shards = shards

    def line(self, total: Total) -> Line:
        """Return one line; empty if nothing counts for it."""
        keys = [line_key(total, shard) for shard in range(self._shards)]
        return summed(get_all(self._table, keys, consistent=False)).get(total.name, Line())

    def days(self, first: str, last: str) -> dict[str, Line]:
        """Return the lines of the days from *first* to *last*; a year of them fits one answer."""
        return summed(
            item
            for shard in range(self._shards)
            for item in self._query("DAY", shard, Key("sk").between(first, last))["Items"]
            if is_day(item["sk"])
        )

    def owners(self, after: str, limit: int) -> tuple[dict[str, Line], str | None]:
        """Return the next *limit* owners behind *after* at most, and where the rest begins.

        Each shard knows some of them, in order. How far all shards have been read, no line lacks
        a part.
        """
        items: list[Mapping[str, Any]] = []
        ends = []
        for shard in range(self._shards):
            behind = Key("sk").gt(after) if after else None
            found = self._query("OWNER", shard, behind, Limit=limit)
            items += found["Items"]
            if "LastEvaluatedKey" in found:
                ends.append(str(found["LastEvaluatedKey"]["sk"]))
        lines = summed(items)
        names = sorted(name for name in lines if not ends or name <= min(ends))
        rest = names[limit - 1] if len(names) > limit else min(ends, default=None)
        return {name: lines[name] for name in names[:limit]}, rest

    def drift(self) -> dict[str, Any] | None:
        """Return what the last sweep that came to its end found; ``None`` if none ever did."""
        kept = Checkpoints(self._table).load()
        ended = (s for s in (kept.checkpoint, kept.previous) if s and s.finished_at)
        last = next(ended, None)
        if last is None:
            return None
        return {"finished_at": last.finished_at, "objects": last.objects, "found": last.found}

    def _query(self, dimension: str, shard: int, within: Any, **more: Any) -> Any:
        condition: Any = Key("pk").eq(f"{dimension}#{shard}")
        condition = condition & within if within is not None else condition
        return self._table.query(KeyConditionExpression=condition, **more)


def names_of(items: Mapping[str, Line]) -> Iterator[str]:
    """Yield the owners that have anything now."""
    return (name for name, line in items.items() if line["objects"])
