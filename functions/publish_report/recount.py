"""Whether catalog, ledger and totals agree: everything if there is little, else a sample."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from darkroom.contribution import COUNTED, METADATA
from darkroom.ledger_items import ENTRIES, is_entry
from darkroom.reconciliation.recount import Sums, moves_of, shards_of, still, wrong_lines
from darkroom.reconciliation.sources import NEEDED
from functions.publish_report.clock import Deadline
from functions.publish_report.figures import Check
from functions.publish_report.second_look import (
    Counts,
    Place,
    Tables,
    counted_as,
    read_as,
    second_look,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

SAMPLE = 10_000
LISTED = 20
# Of what was found different at first, so many are looked at again.
SUSPECTS = 1_000
# DynamoDB divides a scan into no more parts.
SEGMENTS = 1_000_000

Items = Iterator[Mapping[str, Any]]


@dataclass
class Findings:
    """What a recount has come to so far."""

    compared: int = 0
    recounted_shards: int = 0
    wrong: int = 0
    examples: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def add(self, examples: list[str]) -> None:
        """Take down what does not agree."""
        self.wrong += len(examples)
        self.examples += examples[: LISTED - len(self.examples)]

    def check(self, counted: int) -> Check:
        """Return what the report says of it."""
        examples, gaps = tuple(self.examples), tuple(self.gaps)
        return Check(counted, self.compared, self.recounted_shards, self.wrong, examples, gaps)


def recount(tables: Tables, counted: int, most: int, deadline: Deadline) -> Check:
    """Recount all, if the report counts no more than *most* objects; else a sample of them."""
    recounting = Recounting(tables, most, deadline)
    if counted <= most:
        recounting.all()
    else:
        recounting.sample(counted)
    return recounting.findings.check(counted)


class Recounting:
    """One recount. It stops at its deadline, and says then what it has not seen."""

    def __init__(self, tables: Tables, most: int, deadline: Deadline) -> None:
        self.findings = Findings()
        self._tables = tables
        self._most = most
        self._deadline = deadline

    def all(self) -> None:
        """Hold the lines against the ledger's entries, and each entry against its facet.

        The lines of a shard that moved meanwhile cannot be judged; an object can, by itself.
        """
        report = self._tables.report
        before = moves_of(report, shards_of(report, self._tables.shards))
        sums = Sums(self._tables.shards, before)
        entries: dict[Place, Counts] = {}
        for item in self._scan(report, ConsistentRead=True):
            sums.add(item)
            if is_entry(item) and (counted := counted_as(item)):
                entries[_place(item)] = counted
            if len(entries) > 2 * len(COUNTED) * self._most:
                return self._leave_out("all of it: there is far more than the report counts")
        if not self.findings.gaps:
            settled = still(report, before)
            self._lines(wrong_lines(sums.records(), settled), len(settled), before.keys() - settled)
            self._entries(entries)
        return None

    def _lines(self, wrong: list[Any], settled: int, moved: Any) -> None:
        self.findings.recounted_shards = settled
        told = [line.finding() for line in wrong]
        self.findings.add([f"{each.what}: {each.detail}" for each in told])
        if moved:
            names = ", ".join(map(str, sorted(moved)))
            self._leave_out(f"the sums of shards {names}: changes were counted meanwhile")

    def _entries(self, entries: dict[Place, Counts]) -> None:
        suspects = []
        for item in self._facets():
            place, is_ = _place(item), read_as(item)
            self.findings.compared += is_ is not None and item["sk"] == METADATA
            if is_ != entries.pop(place, None):
                suspects.append(place)
        if not self._deadline.is_over:  # else those that are left were just not come to
            suspects += entries
        self._look_again(suspects)

    def sample(self, counted: int) -> None:
        """Hold objects against their entries, and entries against their objects, at random."""
        wanted = min(self._most, SAMPLE)
        facets = islice(self._facets(**_part(counted, wanted)), len(COUNTED) * wanted)
        keys = set(islice(dict.fromkeys(item["pk"] for item in facets), wanted))
        part = _part(counted, wanted)
        entries = self._scan(self._tables.report, ConsistentRead=True, **part)
        found = (_place(entry)[0] for entry in entries if is_entry(entry))
        keys |= set(islice(dict.fromkeys(found), wanted))
        self.findings.compared = len(keys)
        places = [(key, facet) for key in sorted(keys) for facet in COUNTED]
        self._look_again(places, most=len(places))
        self._leave_out(f"all objects but {len(keys):,} that were chosen by chance, and the sums")

    def _look_again(self, places: list[Place], most: int = SUSPECTS) -> None:
        """Judge objects by consistent reads of both sides."""
        wrong, waiting = second_look(self._tables, places[:most])
        self.findings.add(wrong)
        if waiting:
            self._leave_out(f"objects that changed a moment ago ({waiting:,})")
        if len(places) > most:
            self._leave_out(f"objects that looked different at first ({len(places) - most:,})")

    def _facets(self, **part: Any) -> Items:
        names = {f"#{name}": name for name in NEEDED}
        values = {f":{facet}": facet for facet in COUNTED}
        return self._scan(
            self._tables.catalog,
            ConsistentRead=True,
            FilterExpression=f"#sk IN ({', '.join(values)})",
            ProjectionExpression=", ".join(names),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            **part,
        )

    def _scan(self, table: "Table", **arguments: Any) -> Items:
        while True:
            page = table.scan(**arguments)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            if self._deadline.is_over:
                self._leave_out("what there was no time for")
                return
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _leave_out(self, what: str) -> None:
        if what not in self.findings.gaps:
            self.findings.gaps.append(what)


def _place(item: Mapping[str, Any]) -> Place:
    return item["pk"].removeprefix(ENTRIES), item["sk"]


def _part(counted: int, wanted: int) -> dict[str, int]:
    """Return a part of a table, chosen by chance, in which about *wanted* objects are."""
    parts = max(1, min(SEGMENTS, counted // wanted))
    return {"TotalSegments": parts, "Segment": random.randrange(parts)}  # noqa: S311 - no secret
