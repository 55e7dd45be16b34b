"""Questions to the logs that somebody on call asks, saved in CloudWatch Logs Insights."""

from collections.abc import Sequence

from aws_cdk import aws_logs as logs
from constructs import Construct

PASTE = "PASTE-HERE"

# `version` is what the bucket said, `announced` what the event claimed. X-Ray's traces end at the
# table's stream; the version goes through it, so it is the id that joins all of an upload's lines.
ONE_UPLOAD = (
    "fields @timestamp, service, message, key, state, reason, waited_ms, exception_name, "
    "xray_trace_id",
    f'filter version = "{PASTE}" or announced = "{PASTE}"',
    "sort @timestamp asc",
    "limit 1000",
)
ONE_KEY = (
    "fields @timestamp, service, message, version, state, reason, waited_ms, exception_name",
    f'filter key = "{PASTE}"',
    "sort @timestamp asc",
    "limit 1000",
)
REFUSALS = (
    'filter message = "picture refused"',
    "stats count(*) as pictures by reason, service",
    "sort pictures desc",
)
FAILURES = (
    'filter level = "ERROR" or level = "CRITICAL"',
    "stats count(*) as failures by service, exception_name",
    "sort failures desc",
)
SLOWEST = (
    "filter ispresent(waited_ms)",
    "fields @timestamp, service, waited_ms, key, version",
    "sort waited_ms desc",
    "limit 50",
)
ENDINGS = (
    'filter type = "platform.report"',
    "stats count(*) as invocations, max(record.metrics.durationMs) as longest_ms, "
    "max(record.metrics.maxMemoryUsedMB) as most_mb by @log, record.status",
)
SAVED = {
    "One upload, by its version": ONE_UPLOAD,
    "One key": ONE_KEY,
    "Refusals by reason": REFUSALS,
    "Failures by function": FAILURES,
    "Slowest uploads": SLOWEST,
    "How invocations ended": ENDINGS,
}


class SavedQueries(Construct):
    def __init__(
        self, scope: Construct, id_: str, *, folder: str, groups: Sequence[logs.LogGroup]
    ) -> None:
        """Save all of them in a folder of the console, over these log groups."""
        super().__init__(scope, id_)
        for title, lines in SAVED.items():
            logs.CfnQueryDefinition(
                self,
                "".join(word.strip(",").capitalize() for word in title.split()),
                name=f"{folder}/{title}",
                query_string="\n| ".join(lines),
                log_group_names=[group.log_group_name for group in groups],
            )
