"""The real consumers over in-memory ports: what is exchanged, and nowhere else."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

# Powertools reads these when a handler is first imported.
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "tests")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Darkroom")

from darkroom import (
    aws,
    backoff,
    catalog,
    catalog_stream,
    convergence,
    ledger,
    service_level,
    uploads,
)
from darkroom.reconciliation import (
    checkpoint,
    inspection,
    orders,
    runs,
    sources,
    suspicion,
    sweep,
)
from darkroom.reconciliation.sweep import Sweep
from functions.index_metadata import handler as index_metadata
from functions.make_thumbnails import handler as make_thumbnails
from functions.reconcile import handler as reconcile
from functions.report_changes import handler as report_changes
from tests.convergence.contents import MAX_BYTES, StandIn
from tests.convergence.gate import Effect, Gate, straight
from tests.convergence.memory_dynamodb import MemoryDynamoDB
from tests.convergence.memory_s3 import MemoryS3
from tests.convergence.memory_sns import MemorySNS
from tests.convergence.memory_tables import Stored

TOMBSTONE_DAYS = 45
SHARDS = 2
VARIANTS = ("small", "large")
ENVIRONMENT = {
    "ORIGINALS_BUCKET": "originals",
    "THUMBNAILS_BUCKET": "thumbnails",
    "CATALOG_TABLE": "catalog",
    "REPORT_TABLE": "report",
    "REPORT_SHARDS": str(SHARDS),
    "MAX_BYTES": str(MAX_BYTES),
    "MAX_MEMORY": "1000000",
    "TOMBSTONE_DAYS": str(TOMBSTONE_DAYS),
    "SLO_READY_SECONDS": "60",
    "KEEP_CREDITS": "no",
    "REPORTS_BUCKET": "reports",
    "REPAIRS_TOPIC": "repairs",
    "SWEEP_HOURS": "24",
    "SWEEP_GRACE_MINUTES": "0",
    "THUMBNAILS_DAYS": "never",
    "FACETS": "METADATA,THUMBNAILS",
    "VARIANTS": json.dumps(
        [{"name": n, "long_edge": 16, "format": "JPEG", "quality": 80} for n in VARIANTS]
    ),
}
MADE_ONCE: list[Any] = [
    make_thumbnails.settings,
    make_thumbnails.convergence,
    make_thumbnails.shelf,
    index_metadata.settings,
    index_metadata.convergence,
    report_changes.settings,
    report_changes.ledger,
    reconcile.settings,
    reconcile.checkpoints,
    reconcile.spool,
]
BEGINNING = datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True)
class Manner:
    """How the sweep goes about it; *lag* is by how many changes its cheap reads are behind."""

    grace_minutes: int = 0
    page_size: int = 1000
    buffer: int = 100_000
    digits: int = 0
    lag: int = 0


@dataclass
class Ports:
    """Everything that the handlers can reach; *gate* stands before each call.

    ``calls`` is how many there were, which is the time that a sweep's deadline goes by.
    """

    gate: Gate = straight
    passed: timedelta = timedelta(0)
    skew: timedelta = timedelta(0)
    heard: Callable[[BaseException], None] = print
    deliver: Callable[[str], None] = print
    manner: Manner = Manner()
    calls: int = 0
    names: int = 0
    s3: MemoryS3 = field(init=False)
    dynamodb: MemoryDynamoDB = field(init=False)
    sns: MemorySNS = field(init=False)

    def __post_init__(self) -> None:
        self.s3 = MemoryS3(self._through, lambda: BEGINNING + self.passed)
        self.dynamodb = MemoryDynamoDB(self._through)
        self.sns = MemorySNS(lambda message: self.deliver(message), self._through)
        self.clear()

    def clear(self) -> None:
        """Make everything empty and the time the beginning."""
        for name in ("originals", "thumbnails", "reports"):
            self.s3.create_bucket(Bucket=name)
        self.s3.buckets["originals"].versioned = True
        self.dynamodb.tables.clear()
        self.passed = self.skew = timedelta(0)
        self.calls = self.names = 0
        self.gate = straight
        self.behave(Manner())

    def behave(self, manner: Manner) -> None:
        """Let sweeps go about it in this manner."""
        self.manner, self.dynamodb.lag = manner, manner.lag

    def wait(self, how_long: timedelta) -> None:
        """Let time pass, in which everything that was written has come to be seen."""
        self.passed += how_long
        for table in self.dynamodb.tables.values():
            table.settled = table.sequence

    def name(self) -> str:
        """Return a name that nothing has yet."""
        self.names += 1
        return f"{self.names:012x}"

    def now(self) -> datetime:
        """Return what the clock of whoever runs shows."""
        return BEGINNING + self.passed + self.skew

    @property
    def catalog(self) -> Stored:
        """The catalog as it is stored."""
        return self.dynamodb.table("catalog").stored

    @property
    def report(self) -> Stored:
        """The report table as it is stored."""
        return self.dynamodb.table("report").stored

    def _through(self, operation: str, effect: Effect, request: dict[str, Any], /) -> Any:
        self.calls += 1
        return self.gate(operation, effect, request)


@contextmanager
def installed() -> Iterator[Ports]:
    """Let the real consumers live on new ports, by their clock, silently."""
    ports = Ports()
    exchanged = list(_exchanged(ports))
    with patch.dict(os.environ, ENVIRONMENT):
        patches = [patch.object(owner, name, new) for owner, name, new in exchanged]
        for each in patches:
            each.start()
        _forget()
        try:
            yield ports
        finally:
            for each in patches:
                each.stop()
            _forget()


def _forget() -> None:
    for once in MADE_ONCE:
        once.cache_clear()


def _exchanged(ports: Ports) -> Iterator[tuple[Any, str, Any]]:
    for module in (aws, convergence, make_thumbnails, reconcile):
        yield module, "s3", lambda: ports.s3
    for module in (aws, convergence, report_changes, reconcile):
        yield module, "table", ports.dynamodb.table
    yield from _of_the_sweep(ports)
    stand_in = StandIn(ports._through)
    yield make_thumbnails, "decoder", lambda: stand_in
    yield index_metadata, "reader", lambda: stand_in
    yield from _clocks(ports)
    for module in (catalog_stream, convergence, report_changes, reconcile, service_level):
        yield module, "count", lambda *_: None
    yield service_level, "metrics", SimpleNamespace(add_metric=lambda **_: None)
    for module in (catalog_stream, uploads, report_changes):
        yield module, "failed", lambda: None
    for module in (catalog_stream, convergence, ledger, uploads, report_changes, reconcile):
        yield module, "logger", Silent(lambda error: ports.heard(error))


def _of_the_sweep(ports: Ports) -> Iterator[tuple[Any, str, Any]]:
    read = reconcile.settings
    resource = SimpleNamespace(Table=ports.dynamodb.table)

    def settings() -> Any:
        return replace(read(), sweep_grace_minutes=ports.manner.grace_minutes)

    def sweep_in_its_manner(*arguments: Any, **named: Any) -> Sweep:
        manner = ports.manner
        return Sweep(*arguments, **named, page_size=manner.page_size, buffer=manner.buffer)

    yield reconcile, "settings", settings
    yield reconcile, "Sweep", sweep_in_its_manner
    yield reconcile, "dynamodb", lambda: resource
    yield reconcile, "sns", lambda: ports.sns
    yield sweep, "digits_for", lambda _: ports.manner.digits
    for module in (runs, orders):
        yield module, "uuid4", lambda: SimpleNamespace(hex=ports.name())


def _clocks(ports: Ports) -> Iterator[tuple[Any, str, Any]]:
    now = ports.now
    yield catalog, "time", SimpleNamespace(time_ns=lambda: round(now().timestamp() * 1e9))
    clock = SimpleNamespace(time=lambda: now().timestamp(), monotonic=lambda: ports.calls)
    for module in (ledger, checkpoint, reconcile, sweep):
        yield module, "time", clock
    calendar = SimpleNamespace(now=lambda _: now(), fromisoformat=datetime.fromisoformat)
    for module in (convergence, inspection, sources, suspicion, sweep, reconcile):
        yield module, "datetime", calendar
    yield backoff, "time", SimpleNamespace(sleep=lambda _: None)
    yield backoff, "random", SimpleNamespace(uniform=lambda low, _: low)


class Silent:
    """Stands for the logger; *hear* is told why something failed."""

    def __init__(self, hear: Callable[[BaseException], None]) -> None:
        self._hear = hear

    def exception(self, *_: Any, **__: Any) -> None:
        """Tell of the exception that is being handled."""
        error = sys.exception()
        if error is not None:
            self._hear(error)

    def error(self, *_: Any, **__: Any) -> None: ...
    def info(self, *_: Any, **__: Any) -> None: ...
    def warning(self, *_: Any, **__: Any) -> None: ...
    def append_keys(self, **_: Any) -> None: ...
    def remove_keys(self, _: Any) -> None: ...
    def append_context_keys(self, **_: Any) -> AbstractContextManager[None]:
        return nullcontext()
