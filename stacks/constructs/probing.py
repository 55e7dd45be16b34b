"""What a function needs to send a picture all the way: once for the hook, once for the schedule."""

from collections.abc import Mapping

from stacks.config import StageConfig
from stacks.constructs.accepted import accept_objects
from stacks.constructs.alarms import alarm
from stacks.constructs.permissions import allow, allow_arn
from stacks.constructs.python_function import PythonFunction
from stacks.constructs.scheduled_function import ScheduledFunction
from stacks.storage_stack import StorageStack

# The only originals that a function of ours may write: its own pictures.
PROBES = "darkroom-probe/*"
OWN_PICTURES = (
    "Each probe's picture has a name of its own, below a prefix that no one else has: these are "
    "the only originals that a function may write."
)
# To each station: uploads may be many, and a consumer still on its way with them.
PATIENCE_SECONDS = 240


def probe_environment(storage: StorageStack, config: StageConfig, facets: str) -> Mapping[str, str]:
    return {
        "ORIGINALS_BUCKET": storage.originals.bucket_name,
        "THUMBNAILS_BUCKET": storage.thumbnails.bucket_name,
        "CATALOG_TABLE": storage.catalog.table_name,
        "REPORT_TABLE": storage.report.table_name,
        "REPORT_SHARDS": str(config.report_shards),
        "FACETS": facets,
        "PATIENCE_SECONDS": str(PATIENCE_SECONDS),
    }


def allow_probe(function: PythonFunction, storage: StorageStack) -> None:
    """Let a function write and delete below the probes' prefix, and look at what comes of it."""
    own = storage.originals.arn_for_objects(PROBES)
    allow_arn(function, ["s3:DeleteObjectVersion", "s3:PutObject"], own)
    accept_objects(function.role, storage.originals, PROBES, because=OWN_PICTURES)
    prefix = {"StringLike": {"s3:prefix": PROBES}}
    allow_arn(function, ["s3:ListBucketVersions"], storage.originals.bucket_arn, when=prefix)
    allow(function, "s3:GetObject", on=storage.thumbnails)
    allow(function, "dynamodb:GetItem", on=storage.catalog)
    allow(function, "dynamodb:GetItem", on=storage.report)


def probe_alarms(probe: ScheduledFunction, *, slow_seconds: int) -> None:
    """Raise alarms when a picture does not come through, and when it takes too long."""
    alarm(
        probe,
        "FailedAlarm",
        probe.function.metric("ProbeFailed", statistic="Maximum"),
        at_least=1,
        because="A picture of our own did not come through, as nobody's may: the log of "
        f"{probe.function.folder} says how far it came.",
    )
    alarm(
        probe,
        "SlowAlarm",
        probe.function.metric("ProbeMilliseconds", statistic="Maximum"),
        at_least=slow_seconds * 1000,
        because=f"A picture of our own took {slow_seconds} seconds from upload to report.",
    )
