"""A walk over all that is kept, in steps of bounded work and memory.

Nothing is asked key by key. The originals, the catalog and the ledger are read page by page and
put aside in partitions by the hash of the key; then each partition is joined with the thumbnails,
whose names begin with that hash. Only a key that seems wrong is looked at by itself, once more and
by consistent reads, for what was merely under way while the sweep passed is none of its business.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from darkroom.contribution import ALL
from darkroom.ledger_items import is_entry, line_key, read_line
from darkroom.reconciliation.checkpoint import Checkpoint, Phase
from darkroom.reconciliation.findings import Finding
from darkroom.reconciliation.inspection import Inspector, Places
from darkroom.reconciliation.join import Folder, Known, behind, bounds, folders, gather, stored
from darkroom.reconciliation.orders import Order, carry_out, findings_of
from darkroom.reconciliation.recount import (
    PASSES,
    Sums,
    moves_of,
    shards_of,
    still,
    wrong_lines,
)
from darkroom.reconciliation.repairs import Repairs
from darkroom.reconciliation.runs import Run, Runs, digits_for, partition_of, partition_of_line
from darkroom.reconciliation.sources import (
    VERSION,
    Marker,
    Pages,
    entry_record,
    facet_pages,
    facet_record,
    original_pages,
    report_pages,
)
from darkroom.reconciliation.spool import Spool
from darkroom.reconciliation.suspicion import Suspicion

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource
    from mypy_boto3_s3 import S3Client

# Some 50 MB as text.
BUFFER = 100_000
PAGE_SIZE = 1000

Take = Callable[[Any], None]


class Sweep:
    """Goes on from a checkpoint; whoever keeps `checkpoint` after each step can resume there.

    A step may be repeated, in part or as a whole, by anyone and at any time: what counts is only
    what the kept checkpoint names.
    """

    def __init__(
        self,
        places: Places,
        s3: "S3Client",
        dynamodb: "DynamoDBServiceResource",
        spool: Spool,
        repairs: Repairs,
        checkpoint: Checkpoint,
        *,
        grace_seconds: float,
        lag_seconds: float = 0,
        buffer: int = BUFFER,
        page_size: int = PAGE_SIZE,
    ) -> None:
        self.checkpoint = checkpoint
        self._places = places
        self._s3 = s3
        self._catalog = dynamodb.Table(places.catalog_table)
        self._report = dynamodb.Table(places.report_table)
        self._spool = spool
        self._runs = Runs(spool)
        self._repairs = repairs
        self._buffer = buffer
        self._page_size = page_size
        self._gathered: tuple[int, dict[str, Known]] | None = None
        self._suspicion = Suspicion(
            Inspector(places, s3, dynamodb),
            places,
            timedelta(seconds=grace_seconds),
            datetime.fromisoformat(checkpoint.started_at),
            timedelta(seconds=lag_seconds),
        )

    @property
    def partitions(self) -> int:
        """In how many parts all keys are compared."""
        return int(16**self.checkpoint.digits)

    def step(self, deadline: float) -> Checkpoint:
        """Do some work, until *deadline* by `time.monotonic` or earlier; return how far it went."""
        if self.checkpoint.order:
            self.checkpoint = carry_out(self.checkpoint, self._spool, self._repairs)
        else:
            steps: dict[Phase, Callable[[float], Checkpoint]] = {
                Phase.ORIGINALS: self._read_originals,
                Phase.CATALOG: self._read_catalog,
                Phase.LEDGER: self._read_report,
                Phase.TOTALS: self._compare_totals,
                Phase.KEYS: self._compare_keys,
            }
            self.checkpoint = steps[self.checkpoint.phase](deadline)
        return self.checkpoint

    def findings(self) -> Iterator[Finding]:
        """Yield what was found so far."""
        return findings_of(self.checkpoint, self._spool)

    def _read_originals(self, deadline: float) -> Checkpoint:
        run, digits = Run(), self.checkpoint.digits

        def take(item: tuple[str, str, int, str, bool]) -> None:
            key, *version = item
            run.add(partition_of(key, digits), (VERSION, key, version))

        pages = original_pages(self._s3, self._places.originals_bucket, self._page_size)
        marker = self._read(pages, take, deadline)
        now = replace(
            self.checkpoint,
            objects=self.checkpoint.objects + run.size,
            runs=(*self.checkpoint.runs, run.write(self._spool, "originals")),
            marker=marker,
        )
        return now if marker else replace(now, phase=Phase.CATALOG)

    def _read_catalog(self, deadline: float) -> Checkpoint:
        run, digits = Run(), self.checkpoint.digits

        def take(item: dict[str, Any]) -> None:
            if item["sk"] in self._places.facets:
                record = facet_record(item)
                run.add(partition_of(record[1], digits), record)

        marker = self._read(facet_pages(self._catalog, self._page_size), take, deadline)
        runs = (*self.checkpoint.runs, run.write(self._spool, "catalog"))
        now = replace(self.checkpoint, runs=runs, marker=marker)
        return now if marker else self._recount(now, shards_of(self._report, self._shards))

    def _recount(self, checkpoint: Checkpoint, shards: list[int]) -> Checkpoint:
        """Begin to read the report: what is read while a shard stands still is exact."""
        moves = moves_of(self._report, shards)
        return replace(
            checkpoint,
            phase=Phase.LEDGER,
            passes=checkpoint.passes + 1,
            partition=0,
            sums=(),
            unverified=(),
            moves={str(shard): count for shard, count in moves.items()},
        )

    def _read_report(self, deadline: float) -> Checkpoint:
        entries, lines = Run(), Run()
        checkpoint, digits = self.checkpoint, self.checkpoint.digits
        sums = Sums(self._shards, map(int, checkpoint.moves))

        def take(item: dict[str, Any]) -> None:
            sums.add(item)
            if is_entry(item) and checkpoint.passes == 1:
                record = entry_record(item)
                entries.add(partition_of(record[1], digits), record)

        marker = self._read(report_pages(self._report, self._page_size), take, deadline)
        for pk, sk, side, measures in sums.records():
            lines.add(partition_of_line(pk, sk, digits), (pk, sk, side, measures))
        now = replace(
            checkpoint,
            marker=marker,
            runs=(*checkpoint.runs, entries.write(self._spool, "entries")),
            sums=(*checkpoint.sums, lines.write(self._spool, "sums")),
        )
        return now if marker else self._settle(now)

    def _settle(self, checkpoint: Checkpoint) -> Checkpoint:
        before = {int(shard): moves for shard, moves in checkpoint.moves.items()}
        settled = still(self._report, before)
        return replace(
            checkpoint,
            phase=Phase.TOTALS,
            moves={str(shard): moves for shard, moves in settled.items()},
            unverified=tuple(sorted(before.keys() - settled.keys())),
        )

    def _compare_totals(self, _: float) -> Checkpoint:
        checkpoint = self.checkpoint
        if checkpoint.partition == self.partitions:
            if checkpoint.unverified and checkpoint.passes < PASSES:
                return self._recount(checkpoint, list(checkpoint.unverified))
            return replace(checkpoint, phase=Phase.KEYS, partition=0)
        moves = {int(shard): moves for shard, moves in checkpoint.moves.items()}
        records = self._runs.records(checkpoint.sums, checkpoint.partition)
        order = Order(lines=wrong_lines(records, moves))
        wrong = tuple(sorted({*checkpoint.wrong_shards, *(line.shard for line in order.lines)}))
        now = replace(checkpoint, partition=checkpoint.partition + 1, wrong_shards=wrong)
        return order.written(now, self._spool)

    def _compare_keys(self, deadline: float) -> Checkpoint:
        checkpoint = self.checkpoint
        if checkpoint.partition == self.partitions:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            return replace(checkpoint, phase=Phase.DONE, finished_at=now)
        order = Order(postponing=checkpoint.sent, wrong_shards=checkpoint.wrong_shards)
        after = ""
        for folder in self._folders(checkpoint):
            self._suspicion.examine(folder, order)
            if order.full or time.monotonic() >= deadline:
                after = folder.name
                break
        partition = checkpoint.partition if after else checkpoint.partition + 1
        return order.written(replace(checkpoint, partition=partition, after=after), self._spool)

    def _folders(self, checkpoint: Checkpoint) -> Iterator[Folder]:
        first, last = bounds(checkpoint.partition, checkpoint.digits)
        known = self._known(checkpoint)
        begin = behind(checkpoint.after) if checkpoint.after else first
        shelf = stored(self._s3, self._places.thumbnails_bucket, begin, last)
        return folders(known, shelf, checkpoint.after)

    def _known(self, checkpoint: Checkpoint) -> dict[str, Known]:
        """Return what was put aside of a partition, read once for all of its steps."""
        partition = checkpoint.partition
        if self._gathered is None or self._gathered[0] != partition:
            self._gathered = None  # never two of them in memory
            records = self._runs.records(checkpoint.runs, partition)
            self._gathered = partition, gather(records)
        return self._gathered[1]

    def _read(self, pages: Pages, take: Take, deadline: float) -> Marker | None:
        """Hand over item by item until the buffer is full or time is up; return the rest."""
        marker, seen = self.checkpoint.marker, 0
        while True:
            page = pages(marker)
            for item in page.items:
                take(item)
            marker, seen = page.rest, seen + len(page.items)
            if marker is None or seen >= self._buffer or time.monotonic() >= deadline:
                return marker

    @property
    def _shards(self) -> int:
        return self._places.report_shards


def begin(places: Places, dynamodb: "DynamoDBServiceResource") -> Checkpoint:
    """Return the start of a sweep, in as many partitions as there seem to be objects for."""
    started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Checkpoint(started_at=started_at, digits=digits_for(objects_in(places, dynamodb)))


def objects_in(places: Places, dynamodb: "DynamoDBServiceResource") -> int:
    """Return roughly how many objects there are: what is told by two who may both be wrong."""
    report = dynamodb.Table(places.report_table)
    told = 0
    for shard in range(places.report_shards):
        line = report.get_item(Key=line_key(ALL, shard)).get("Item", {})
        told += read_line(line)[0].get("objects", 0)
    facets = dynamodb.Table(places.catalog_table).item_count
    return max(told, facets // max(1, len(places.facets)))
