"""What a version of report_changes must be able to do before it gets any traffic."""

from collections.abc import Mapping
from typing import Any

from darkroom.contribution import METADATA, THUMBNAILS, contribution_of, differences
from darkroom.smoke import Checks, may_get_item, require
from functions.report_changes.settings import Settings

FACET = {
    "state": "READY",
    "owner": "anyone",
    "uploaded_at": "2026-11-21T00:00:00.000Z",
    "bytes": 7,
    "format": "PNG",
}
SHELVED = {"state": "READY", "owner": "anyone", "variants": {"small": {"bytes": 3}}}


def checks(needs: Settings) -> Checks:
    """Return its checks: a change counted in memory, and the grant to read."""
    return {
        "counts a change": counts,
        "reads the report": lambda: may_get_item(needs.report_table),
    }


def counts() -> None:
    """Add a picture and take it away again: each of its totals must rise by it, and fall."""
    _counts(METADATA, FACET, "bytes", {"ALL": 7, "OWNER": 7, "DAY": 7})
    _counts(THUMBNAILS, SHELVED, "thumbnails_bytes", {"ALL": 3, "OWNER": 3})


def _counts(name: str, facet: Mapping[str, Any], measure: str, wanted: dict[str, int]) -> None:
    one = contribution_of(name, facet)
    added, taken = differences(None, one), differences(one, None)
    sums = {total.dimension: amounts[measure] for total, amounts in added.items()}
    require(sums == wanted, f"{name} of {wanted['ALL']} bytes adds {sums}")
    fallen = {total: {name: -n for name, n in of.items()} for total, of in taken.items()}
    require(fallen == added, "what is taken away is not what was added")
