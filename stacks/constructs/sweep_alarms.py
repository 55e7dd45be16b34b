"""What sweeps tell in numbers, and which numbers are no good."""

from stacks.constructs.alarms import alarm
from stacks.constructs.scheduled_function import ScheduledFunction

KINDS = ("Missing", "Stale", "Orphaned", "Miscounted", "UnreadableItem")


def sweep_alarms(sweep: ScheduledFunction, *, hours: int) -> None:
    """Raise alarms when drift is not healed by one sweep, and when sweeps do not come to an end."""
    alarm(
        sweep,
        "DriftAlarm",
        sweep.function.metric("DriftPersisting", statistic="Maximum"),
        at_least=1,
        because="Two sweeps in a row found the same kinds of drift: repairs do not heal it, or "
        "something keeps losing events. The last report in the reports bucket names the keys.",
    )
    alarm(
        sweep,
        "OverdueAlarm",
        sweep.function.metric("SweepAgeMinutes", statistic="Maximum"),
        at_least=2 * hours * 60,
        because=f"No sweep has come to an end for {2 * hours} hours: read the log of reconcile.",
    )
