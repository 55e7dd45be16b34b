"""`report`: the totals, and whether they add up to the ledger."""

from argparse import Namespace
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any

from boto3.dynamodb.conditions import Key

from darkroom.batches import query_all
from darkroom.contribution import ALL, Total
from darkroom.ledger_items import DIMENSIONS, line_key, read_line
from darkroom.reconciliation.findings import Finding, Kind
from darkroom.reconciliation.recount import Recount, repair
from darkroom.reconciliation.recount import verify as recount
from operations.answers import FINE, FOUND, plural, table
from operations.connection import App
from operations.deployment import places_of
from operations.pausing import paused
from operations.progress import Progress

CONSUMER = "ReportChanges"
BASIC = ("objects", "bytes", "rejected")

Totals = Mapping[Total, Mapping[str, int]]


@dataclass(frozen=True)
class Verified:
    """The answer of `report verify`."""

    recount: Recount
    shards: int
    is_fixed: bool

    @property
    def exit_code(self) -> int:
        """Say whether anything is wrong still, or is not known."""
        is_wrong = bool(self.recount.wrong) and not self.is_fixed
        left = is_wrong or self.recount.unverified or self.recount.unreadable
        return FOUND if left else FINE

    def as_json(self) -> Any:
        """Return the lines that were wrong, and the shards of which nothing can be said."""
        return {
            "shards": self.shards,
            "unverified_shards": list(self.recount.unverified),
            "wrong_lines": [asdict(line.finding()) for line in self.recount.wrong],
            "unreadable_entries": [asdict(finding) for finding in self.recount.unreadable],
            "fixed": self.is_fixed,
        }

    def lines(self) -> Iterator[str]:
        """Yield the wrong lines and what could not be verified."""
        wrong = [line.finding() for line in self.recount.wrong]
        if wrong:
            yield from table(("LINE", "WRONG"), ((found.what, found.detail) for found in wrong))
        yield from self._unreadable()
        unverified = self.recount.unverified
        if unverified:
            names = ", ".join(map(str, unverified))
            count = plural(len(unverified), "shard")
            yield f"Not verified, for changes were counted meanwhile: {count} ({names})."
            yield "Try again, or let changes wait by --pause."
        yield self._conclusion(len(wrong), self.shards - len(unverified))

    def _unreadable(self) -> Iterator[str]:
        """Yield the entries that count for nothing."""
        entries = self.recount.unreadable
        if entries:
            rows = ((each.key, each.what, each.detail) for each in entries)
            yield from table(("KEY", "ENTRY", "UNREADABLE"), rows)
            yield "They count for nothing until `doctor --fix` has them written again."

    def _conclusion(self, wrong: int, verified: int) -> str:
        of = f"in {verified} of {plural(self.shards, 'shard')}"
        if not wrong:
            return f"The report adds up to its ledger {of}."
        if self.is_fixed:
            return f"{plural(wrong, 'line')} {of} did not add up, and now do."
        return f"{plural(wrong, 'line')} {of} do not add up: --fix sets them right."


@dataclass(frozen=True)
class Shown:
    """The answer of `report show`."""

    totals: Totals
    unreadable: Sequence[Finding] = ()

    @property
    def exit_code(self) -> int:
        """Return whether an amount could not be read."""
        return FOUND if self.unreadable else FINE

    def as_json(self) -> Any:
        """Return lists of lines, by dimension."""
        lines: dict[str, list[Any]] = {dimension: [] for dimension in DIMENSIONS}
        for total, measures in sorted(self.totals.items()):
            lines[total.dimension].append({"name": total.name, **dict(sorted(measures.items()))})
        return {**lines, "unreadable": [asdict(finding) for finding in self.unreadable]}

    def lines(self) -> Iterator[str]:
        """Yield the lines, then what there is of each kind."""
        order = DIMENSIONS.index
        totals = sorted(self.totals.items(), key=lambda line: (order(line[0].dimension), line[0]))
        rows = (
            (
                total.dimension.lower(),
                "" if total == ALL else total.name,
                *(measures.get(name, 0) for name in BASIC),
            )
            for total, measures in totals
        )
        yield from table(("REPORT", "", *(name.upper() for name in BASIC)), rows)
        kinds = list(_kinds(self.totals.get(ALL, {})))
        if kinds:
            yield ""
            yield from table(("STATE", "KIND", "OBJECTS", "BYTES"), kinds)
        if self.unreadable:
            yield ""
            rows = ((each.what, each.detail) for each in self.unreadable)
            yield from table(("LINE", "UNREADABLE"), rows)
            yield "These amounts are left out: `report verify --fix` corrects them."


def _kinds(measures: Mapping[str, int]) -> Iterator[Sequence[object]]:
    """Yield state, kind, objects and bytes; a measure is called like ``objects READY JPEG``."""
    for name, count in sorted(measures.items()):
        measure, _, kind = name.partition(" ")
        if kind and measure == "objects":
            yield (*kind.split(" ", 1), count, measures.get(f"bytes {kind}", 0))


def verify(app: App, options: Namespace) -> Verified:
    """Recount the report from its ledger, and correct it if told to."""
    deployed = places_of(app)
    report = app.dynamodb.Table(deployed.report_table)
    count = repair if options.fix else recount
    pause = paused(app, CONSUMER) if options.pause else nullcontext()
    with pause, Progress("Recounting the report"):
        found = count(report, deployed.report_shards)
    return Verified(found, deployed.report_shards, options.fix)


def show(app: App, _: Namespace) -> Shown:
    """Sum the lines over their shards."""
    deployed = places_of(app)
    report = app.dynamodb.Table(deployed.report_table)
    sums: dict[Total, Counter[str]] = defaultdict(Counter)
    unreadable: list[Finding] = []
    with Progress("Reading the totals") as progress:
        for dimension in DIMENSIONS:
            progress.tell(dimension.lower())
            for shard in range(deployed.report_shards):
                for item in _lines(report, line_key(Total(dimension, ""), shard)["pk"]):
                    measures, wrong = read_line(item)
                    total = Total(dimension, item["sk"])
                    sums[total].update(measures)
                    unreadable += _findings(total, shard, wrong)
    nonzero = {total: {m: n for m, n in sums[total].items() if n} for total in sums}
    shown = {total: measures for total, measures in nonzero.items() if measures}
    return Shown(shown, unreadable)


def _findings(total: Total, shard: int, wrong: Mapping[str, str]) -> Iterator[Finding]:
    for name, problem in sorted(wrong.items()):
        what, told = f"{total.dimension} {total.name}", f"shard {shard}: {name} is {problem}"
        yield Finding(Kind.UNREADABLE_ITEM, "", what, told)


def _lines(report: Any, pk: str) -> Iterator[dict[str, Any]]:
    return query_all(report, KeyConditionExpression=Key("pk").eq(pk), ConsistentRead=True)
