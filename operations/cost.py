"""`cost`: what so many pictures a month cost, by service."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from operations import uploads_cost as of
from operations.answers import FINE, table
from stacks import prices

# Lambda has X-Ray take the first run of each second and 5 % of the rest, by no rule of ours.
HOURS_OF_A_MONTH = 365 * 24 / 12
SECONDS_OF_A_MONTH = HOURS_OF_A_MONTH * 3600
SAMPLED = 0.05
SCALES = (10_000, 1_000_000, 1_000_000_000)
# The probe waits some seconds with half a GB, asking for what comes of its picture.
PROBE = 5 * 0.5 * prices.LAMBDA_GB_SECOND["arm64"]
NEVER_TRIED = 10_000_000  # see docs/decisions.md


@dataclass(frozen=True)
class Plan:
    """What is uploaded each month, and whether X-Ray traces what that runs."""

    uploads: int
    megapixels: float
    variants: int
    traced: bool = of.TRACED


@dataclass(frozen=True)
class Bill:
    """Dollars a month, by service: for handling, at rest, and for each month that it is kept."""

    plan: Plan
    handling: dict[str, float]
    at_rest: dict[str, float]
    keeping: dict[str, float]

    @property
    def total(self) -> float:
        """Without what is kept, which grows from month to month."""
        return sum(self.handling.values()) + sum(self.at_rest.values())


@dataclass(frozen=True)
class Cost:
    """The answer of `cost`."""

    bills: Sequence[Bill]

    @property
    def exit_code(self) -> int:
        """Say that all is well: a price is no failure."""
        return FINE

    def as_json(self) -> Any:
        """Return each bill, and where prices and durations come from."""
        bills = [{**asdict(bill), "total": bill.total} for bill in self.bills]
        return {
            "currency": "USD",
            "prices": {"region": prices.REGION, "as_of": prices.AS_OF},
            "durations": {"measured": of.MEASURED, "how": of.HOW},
            "bills": bills,
        }

    def lines(self) -> Iterator[str]:
        """Yield a column for each scale."""
        first = self.bills[0]
        yield (
            f"Dollars a month for pictures of {first.plan.megapixels:g} megapixels in "
            f"{first.plan.variants} sizes. List prices of {prices.REGION}, {prices.AS_OF}, without "
            "free tiers."
        )
        header = ("", *(f"{bill.plan.uploads:,} uploads" for bill in self.bills))
        yield from table(header, self._rows())
        yield f"Durations: {of.MEASURED}, {of.HOW}. Traffic to the internet comes on top."
        if any(bill.plan.uploads > NEVER_TRIED for bill in self.bills):
            yield f"More than {NEVER_TRIED:,} pictures were never tried: this is arithmetic."

    def _rows(self) -> Iterator[tuple[str, ...]]:
        first = self.bills[0]
        for part in ("handling", "at_rest"):
            for service in getattr(first, part):
                yield service, *(dollars(getattr(bill, part)[service]) for bill in self.bills)
        yield "TOGETHER", *(dollars(bill.total) for bill in self.bills)
        for service in first.keeping:
            kept = (dollars(bill.keeping[service]) for bill in self.bills)
            yield f"{service}, each month that a month's pictures are kept", *kept


def cost(_: None, options: Namespace) -> Cost:
    """Reckon what was asked, or else three scales."""
    scales = [options.uploads] if options.uploads else SCALES
    what = (options.megapixels, options.variants, options.traced)
    return Cost([bill(Plan(n, *what)) for n in scales])


def bill(plan: Plan) -> Bill:
    """Reckon a month."""
    return Bill(plan, handling(plan), at_rest(), keeping(plan))


def handling(plan: Plan) -> dict[str, float]:
    """Return the dollars that follow from uploads."""
    n, per = plan.uploads, of.REQUESTS
    writes = per.s3_writes_besides_variants + plan.variants
    sweep = prices.S3_WRITE * of.SWEPT_PAGES + prices.DYNAMODB_READ_UNIT * of.SWEPT_READ_UNITS
    sweep += prices.LAMBDA_GB_SECOND["arm64"] * of.SWEEPING_GB_SECONDS
    return {
        "S3 requests": n * (writes * prices.S3_WRITE + per.s3_reads * prices.S3_READ),
        "Lambda time": n * sum(lambda_times(plan.megapixels).values()),
        "DynamoDB": n
        * (
            (per.write_units + per.index_write_units) * prices.DYNAMODB_WRITE_UNIT
            + (per.read_units + per.announcing_read_units) * prices.DYNAMODB_READ_UNIT
        ),
        "EventBridge": n * per.events * prices.EVENTBRIDGE_EVENT,
        "CloudWatch Logs": n * of.LOG_BYTES / 1e9 * prices.LOGS_GB,
        "SQS, SNS": n
        * (per.notifications * prices.SNS_PUBLISH + per.queue_requests * prices.SQS_REQUEST),
        "Lambda requests": n * per.invocations * prices.LAMBDA_REQUEST,
        "X-Ray": traces(n * per.invocations) * prices.XRAY_TRACE if plan.traced else 0.0,
        "Sweeps, daily": n * of.SWEEPS * sweep,
    }


def lambda_times(megapixels: float) -> dict[str, float]:
    """Return the dollars of one upload's compute, by function."""
    return {
        name: of.MEMORY_GB[name] * milliseconds / 1000 * prices.LAMBDA_GB_SECOND[architecture]
        for name, architecture, milliseconds in (
            ("make_thumbnails", "x86_64", shrinking_ms(megapixels) + of.WAITING_MS),
            ("index_metadata", "arm64", of.INDEXING_MS),
            ("report_changes", "arm64", of.COUNTING_MS),
            ("announce_changes", "arm64", of.ANNOUNCING_MS),
        )
    }


def shrinking_ms(megapixels: float) -> float:
    """Return the measured time, on the line through the two nearest sizes that were measured."""
    sizes = sorted(of.SHRINKING_MS)
    above = next((i for i, size in enumerate(sizes) if size >= megapixels), len(sizes) - 1)
    low, high = sizes[max(0, above - 1)], sizes[max(1, above)]
    slope = (of.SHRINKING_MS[high] - of.SHRINKING_MS[low]) / (high - low)
    return max(1.0, of.SHRINKING_MS[low] + slope * (megapixels - low))


def traces(invocations: float) -> float:
    """Return how many of the invocations, spread over the month, Lambda has traced."""
    at_once = min(invocations, SECONDS_OF_A_MONTH)
    return at_once + SAMPLED * (invocations - at_once)


def at_rest() -> dict[str, float]:
    """Return the dollars of a production stage that nobody uses."""
    rest = of.AT_REST
    runs = {name: each * HOURS_OF_A_MONTH for name, each in rest.runs_an_hour.items()}
    probes = Plan(uploads=round(runs["probe_flow"]), megapixels=2, variants=3)
    return {
        "Alarms": rest.alarm_metrics * prices.ALARM_METRIC_MONTH
        + rest.composite_alarms * prices.COMPOSITE_ALARM_MONTH,
        "Metrics": rest.custom_metrics * prices.CUSTOM_METRIC_MONTH,
        "Idle queues": rest.polled_queues * of.EMPTY_RECEIVES * prices.SQS_REQUEST,
        "Topics' key": rest.keys * prices.KMS_KEY_MONTH,
        "Clocks": sum(runs.values())
        * (prices.SCHEDULER_INVOCATION + prices.LAMBDA_REQUEST + prices.XRAY_TRACE),
        "Probes": sum(handling(probes).values()) + probes.uploads * PROBE,
    }


def keeping(plan: Plan) -> dict[str, float]:
    """Return the dollars of keeping a month's uploads for a month."""
    originals = plan.megapixels * of.BYTES_PER_MEGAPIXEL
    thumbnails = of.THUMBNAILS_BYTES * plan.variants / 3
    return {
        "S3 storage": plan.uploads * (originals + thumbnails) / 1e9 * prices.S3_GB_MONTH,
        "DynamoDB storage": plan.uploads
        / 1e9
        * (
            of.ITEMS_BYTES * prices.DYNAMODB_GB_MONTH
            + of.INDEXED_BYTES * prices.DYNAMODB_INDEX_GB_MONTH
        ),
    }


def dollars(amount: float) -> str:
    """Return an amount with as many digits as mean something."""
    return f"{amount:,.2f}" if amount >= 0.1 or not amount else f"{amount:.4f}"
