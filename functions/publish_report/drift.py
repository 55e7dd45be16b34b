"""What the last sweep that came to its end had found."""

from typing import TYPE_CHECKING

from darkroom.reconciliation.checkpoint import Checkpoints
from functions.publish_report.figures import Drift

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


def last_drift(report: "Table") -> Drift | None:
    """Return it; ``None`` if no sweep has ended yet."""
    saved = Checkpoints(report).load()
    for sweep in (saved.checkpoint, saved.previous):
        if sweep and sweep.done and sweep.finished_at:
            return Drift(sweep.finished_at, dict(sweep.found), sweep.unverified)
    return None
