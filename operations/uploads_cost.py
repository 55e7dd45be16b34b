"""What one upload takes, and what is paid while nothing happens: counted and measured.

`REQUESTS` is compared with what the real consumers do on moto, `AT_REST` with production's
template: tests/operations/test_cost.py.
"""

from dataclasses import dataclass

MEASURED = "2026-11-21"
HOW = (
    "processor time of `make bench` (median of five, two shared cores of x86, JPEG as cameras "
    "write it); the wait for S3 and DynamoDB is an assumption, 75 ms"
)
# Milliseconds of processor time for three thumbnails, by megapixels of a baseline JPEG.
SHRINKING_MS = {2: 30.1, 12: 73.9, 24: 96.9, 48: 198.5}
WAITING_MS = 75
INDEXING_MS = 50  # a header read, the file hashed, three requests waited for
COUNTING_MS = 2 * 50  # for each facet one read and one transaction waited for
ANNOUNCING_MS = 2 * 40  # for each facet one query waited for, and once the bus
# What the corpus of `make bench` weighs: a camera's JPEG, and thumbnails of it.
BYTES_PER_MEGAPIXEL = 400_000
THUMBNAILS_BYTES = 200_000
ITEMS_BYTES = 2_700
INDEXED_BYTES = 4_500  # in ten indexes, with the 100 bytes that DynamoDB adds to each item
LOG_BYTES = 9_000


@dataclass(frozen=True)
class Requests:
    """Of one upload that goes well: calls and, of DynamoDB, units."""

    s3_reads: int
    s3_writes_besides_variants: int
    write_units: int
    index_write_units: int
    read_units: int
    announcing_read_units: int
    events: int
    notifications: int
    queue_requests: int
    invocations: int


REQUESTS = Requests(
    s3_reads=2,  # each consumer reads the original once
    s3_writes_besides_variants=2,  # the upload itself, and the listing that clears
    # Two facets of up to 1 KB; transactions of four items and of three, at two units each.
    write_units=16,
    index_write_units=10,  # one for each index that has it: fewer without a camera or a date
    read_units=4,  # two fences and the ledger's two entries, consistent
    announcing_read_units=2,  # a look at all facets of up to 4 KB, consistent, for each facet
    events=1,  # twice if both facets are there before the first is looked at, in another batch
    notifications=1,
    queue_requests=6,  # two sends by SNS, two receives and two deletes: each comes alone
    # A message is an invocation of each consumer; those that hear of facets run once for each of
    # the two, as if each came alone.
    invocations=6,
)


# Whether production traces what uploads run (`trace_uploads`).
TRACED = False


@dataclass(frozen=True)
class AtRest:
    """Of a production stage that nobody uses."""

    alarm_metrics: int  # an alarm costs as much as the metrics that it looks at
    composite_alarms: int
    custom_metrics: int  # those that come without uploads
    polled_queues: int
    keys: int
    runs_an_hour: dict[str, int]  # by the clock


# Lambda keeps five long polls of 20 seconds open at each queue.
EMPTY_RECEIVES = 5 * 3 * 60 * 24 * 365 // 12

MEMORY_GB = {
    "make_thumbnails": 1769 / 1024,
    "index_metadata": 1.0,
    "report_changes": 0.25,
    "announce_changes": 0.25,
}
# A sweep reads listings of 1,000 and pages of 1 MB: docs/decisions.md has the arithmetic for ten
# million objects, of which these are one object's share.
SWEEPS = 30
SWEPT_PAGES = 40_000 / 10_000_000
SWEPT_READ_UNITS = 3_700_000 / 10_000_000
SWEEPING_GB_SECONDS = 7_000 / 10_000_000

# What sends numbers whether or not anyone uploads: the clocks' functions, and the consumers, for
# the probe is an upload like any other. A name of a function is a metric; it is paid for by the
# hour in which it is sent.
METRICS = {
    "index_metadata": ("Gone", "Late", "Ready", "UploadLatency"),
    "make_thumbnails": ("Gone", "Late", "Ready", "UploadLatency"),
    "report_changes": ("Counted",),
    "announce_changes": ("Announced",),
    "probe_flow": ("ProbeFailed", "ProbeMilliseconds"),
    "reconcile": ("SweepAgeMinutes",),
}
AT_REST = AtRest(
    alarm_metrics=159,
    composite_alarms=2,
    custom_metrics=sum(map(len, METRICS.values())),
    polled_queues=4,
    keys=1,
    runs_an_hour={"reconcile": 12, "probe_flow": 4, "publish_report": 1},
)
