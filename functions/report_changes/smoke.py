"""What a version of report_changes must be able to do before it gets any traffic."""

from darkroom.contribution import Contribution, differences
from darkroom.smoke import Checks, may_get_item, require
from functions.report_changes.settings import Settings

FACET = {
    "state": "READY",
    "owner": "anyone",
    "uploaded_at": "2026-11-21T00:00:00.000Z",
    "bytes": 7,
    "format": "PNG",
}


def checks(needs: Settings) -> Checks:
    """Return its checks: a change counted in memory, and the grant to read."""
    return {
        "counts a change": counts,
        "reads the report": lambda: may_get_item(needs.report_table),
    }


def counts() -> None:
    """Add a picture and take it away again: each of its totals must rise by it, and fall."""
    one = Contribution.of(FACET)
    added, taken = differences(None, one), differences(one, None)
    sums = {total.dimension: amounts["bytes"] for total, amounts in added.items()}
    require(sums == {"ALL": 7, "OWNER": 7, "DAY": 7}, f"a picture of 7 bytes adds {sums}")
    fallen = {total: {name: -n for name, n in of.items()} for total, of in taken.items()}
    require(fallen == added, "what is taken away is not what was added")
