"""Whether what looks wrong is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from darkroom.items import is_key
from darkroom.ledger import shard_of
from darkroom.reconciliation.findings import Finding, Kind
from darkroom.reconciliation.inspection import Inspection, Inspector, Places, recorded_at
from darkroom.reconciliation.join import Folder, Known, Stored
from darkroom.reconciliation.orders import Order
from darkroom.thumbnail_names import is_thumbnail

# S3 tells when an object was written in whole seconds.
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Suspicion:
    """Looks at a key once more, unless it changed less than ``grace`` ago.

    ``lag`` is how long the report may take to count a change.
    """

    inspector: Inspector
    places: Places
    grace: timedelta
    started_at: datetime
    lag: timedelta = timedelta(0)

    def examine(self, folder: Folder, order: Order) -> None:
        """Add to *order* what is wrong with a folder and its key."""
        if folder.known is None:
            self._clear(folder.thumbnails, order)
        elif not (findings := self._apparent(folder.known, folder.thumbnails)):
            return
        elif not is_key(folder.known.key):
            order.findings += findings  # S3 refuses to look at such a key, and so do the consumers
        elif order.sends_no_more:
            order.postponed += 1
        else:
            self._look(folder.known.key, order)

    def _apparent(self, known: Known, thumbnails: Sequence[Stored]) -> list[Finding]:
        kept_since = self.places.kept_since(datetime.now(UTC))
        return known.inspection(thumbnails, kept_since).findings(self.places.facets)

    def _look(self, key: str, order: Order) -> None:
        inspection = self.inspector.inspect(key)
        findings = inspection.findings(self.places.facets)
        if not findings or self._recent(inspection):
            return
        if self._is_being_counted(inspection, findings, order.wrong_shards):
            order.uncounted += 1
            return
        # A consumer would take offence at a name that no attempt can have written.
        strange = [name for name in inspection.thumbnails if not is_thumbnail(name)]
        doomed = [*strange, *inspection.stranded_thumbnails(datetime.now(UTC))]
        told = {finding.what for finding in findings}
        findings += [
            Finding(Kind.ORPHANED, key, name, "no facet names it")
            for name in doomed
            if name not in told
        ]
        order.findings += findings
        order.names += doomed
        if any(finding.what not in doomed for finding in findings):
            order.keys.append(key)

    def _recent(self, inspection: Inspection) -> bool:
        changed_at = inspection.changed_at
        return changed_at is not None and changed_at > datetime.now(UTC) - self.grace

    def _is_being_counted(
        self, inspection: Inspection, findings: Sequence[Finding], wrong_shards: Sequence[int]
    ) -> bool:
        """Return whether the report is merely about to count the last change of the key.

        Entry and totals move in one transaction. An entry that was lost or altered leaves totals
        that do not add up to their shard's ledger; a change that is still in the stream does not.
        """
        if not all(finding.kind is Kind.MISCOUNTED for finding in findings):
            return False
        if shard_of(inspection.key, self.places.report_shards) in wrong_shards:
            return False
        recorded = [recorded_at(facet) for facet in inspection.facets.values()]
        latest = max((moment for moment in recorded if moment), default=None)
        return latest is not None and latest > datetime.now(UTC) - self.lag

    def _clear(self, thumbnails: Sequence[Stored], order: Order) -> None:
        """Order the deletion of thumbnails that belong to no key, for none could be sent.

        One that was there before the sweep began was made of an object that was there before it,
        and went before the sweep came by. An attempt at it that is still under way may yet write a
        facet that names it; but what announces that the object went, or that it came back, makes
        another attempt, which gives its thumbnails other names.
        """
        for stored in thumbnails:
            if stored.last_modified + SECOND <= self.started_at - self.grace:
                told = "belongs to no known object"
                order.findings.append(Finding(Kind.ORPHANED, "", stored.name, told))
                order.names.append(stored.name)
