"""What a version of reconcile must be able to do before it gets any traffic."""

from datetime import UTC, datetime

import boto3

from darkroom.aws import s3, table
from darkroom.reconciliation.checkpoint import Checkpoints
from darkroom.reconciliation.findings import Kind
from darkroom.reconciliation.inspection import Inspection, Inspector, Version
from darkroom.smoke import ABSENT, Checks, require
from functions.reconcile.settings import Settings


def checks(needs: Settings) -> Checks:
    """Return its checks: a drift found in memory, and each grant to read."""

    def finds_drift() -> None:
        upload = Version("v1", 7, datetime(2026, 11, 21, tzinfo=UTC))
        found = Inspection(ABSENT, upload, {}, {}, {}).findings(needs.facets)
        missing = {each.what for each in found if each.kind is Kind.MISSING}
        require(missing == set(needs.facets), f"of a new upload only {missing} are missed")

    def inspects() -> None:
        looked = Inspector(needs.places, s3(), boto3.resource("dynamodb")).inspect(ABSENT)
        require(looked.current is None, f"there is an object {ABSENT}")

    return {
        "finds drift": finds_drift,
        "reads its checkpoint": lambda: Checkpoints(table(needs.report_table)).load(),
        "reads buckets and tables": inspects,
    }
