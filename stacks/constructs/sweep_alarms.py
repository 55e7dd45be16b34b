"""What sweeps tell in numbers, and which numbers are no good."""

from aws_cdk import aws_cloudwatch as cloudwatch

from stacks.constructs.alarms import alarm
from stacks.constructs.scheduled_function import ScheduledFunction

KINDS = ("Missing", "Stale", "Orphaned", "Miscounted")


def sweep_metric(sweep: ScheduledFunction, name: str, statistic: str = "Sum") -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="Darkroom",
        metric_name=name,
        dimensions_map={"service": sweep.function.folder},
        statistic=statistic,
    )


def sweep_alarms(sweep: ScheduledFunction, *, hours: int) -> None:
    """Raise alarms when drift is not healed by one sweep, and when sweeps do not come to an end."""
    alarm(
        sweep,
        "DriftAlarm",
        sweep_metric(sweep, "DriftPersisting", statistic="Maximum"),
        at_least=1,
        because="Two sweeps in a row found the same kinds of drift: repairs do not heal it, or "
        "something keeps losing events. The last report in the reports bucket names the keys.",
    )
    alarm(
        sweep,
        "OverdueAlarm",
        sweep_metric(sweep, "SweepAgeMinutes", statistic="Maximum"),
        at_least=2 * hours * 60,
        because=f"No sweep has come to an end for {2 * hours} hours: read the log of reconcile.",
    )
