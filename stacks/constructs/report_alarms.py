"""What the daily report finds that somebody must hear of."""

from stacks.constructs.alarms import alarm
from stacks.constructs.scheduled_function import ScheduledFunction


def report_alarms(publisher: ScheduledFunction) -> None:
    """Raise alarms when the figures do not agree, and when a day has no report for hours."""
    alarm(
        publisher,
        "DisagreesAlarm",
        publisher.function.metric("ReportDisagrees", statistic="Maximum"),
        at_least=1,
        because="The daily report's recount found figures that do not agree; the report in the "
        "reports bucket names them.",
    )
    alarm(
        publisher,
        "OverdueAlarm",
        publisher.function.metric("ReportOverdueHours", statistic="Maximum"),
        at_least=6,
        because="Yesterday's report is six hours late: read the log of publish_report.",
    )
