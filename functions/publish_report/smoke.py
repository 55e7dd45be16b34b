"""What a version of publish_report must be able to do before it gets any traffic."""

from darkroom.aws import table
from darkroom.smoke import Checks, may_get_item, may_get_object, require
from functions.publish_report.as_data import as_csv, as_json
from functions.publish_report.figures import Check, Kind, Line, Owners, Report
from functions.publish_report.page import as_page
from functions.publish_report.settings import Settings

REPORT = Report(
    stage="smoke-test",
    made_at="2026-11-21T00:00:00.000Z",
    first_day="2026-11-20",
    last_day="2026-11-20",
    totals=Line("", 2, 7, 1),
    days=(Line("2026-11-20", 2, 7, 1),),
    kinds=(Kind("READY", "PNG", 1, 4), Kind("REJECTED", "EMPTY", 1, 3)),
    owners=Owners((Line("<anyone>", 2, 7, 1),), None, 1),
    drift=None,
    check=Check(counted=2, compared=2),
)


def checks(needs: Settings) -> Checks:
    """Return its checks: a report made in memory, and the grants to read."""
    return {
        "makes a report": makes_one,
        "reads the report": lambda: may_get_item(needs.report_table),
        "reads the catalog": lambda: table(needs.catalog_table).scan(Limit=1),
        "reads what was published": lambda: may_get_object(needs.reports_bucket),
    }


def makes_one() -> None:
    """Make one in all its forms; a name must stay a name in each."""
    page = as_page(REPORT)
    require(b"&lt;anyone&gt;" in page and b"<anyone>" not in page, "a name is not escaped")
    for form in (as_json(REPORT), as_csv(REPORT)):
        require(b"<anyone>" in form, "a name is missing")
