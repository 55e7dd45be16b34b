"""Mistakes about what is wrong, and about putting it right."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from darkroom.catalog import Catalog, Fence
from darkroom.items import ABSENT
from darkroom.reconciliation import recount, sweep
from darkroom.reconciliation.findings import Finding, Kind
from darkroom.reconciliation.inspection import Inspection
from darkroom.reconciliation.join import Folder
from darkroom.reconciliation.orders import Order
from darkroom.reconciliation.repairs import RealRepairs
from darkroom.reconciliation.suspicion import Suspicion
from tests.convergence.planting import defect


@defect("sweep that trusts its first look")
def _no_fresh_look() -> Iterator[None]:
    """What was read page by page is taken for the truth, and what it does not name is deleted."""

    def examine(self: Suspicion, folder: Folder, order: Order) -> None:
        if folder.known is None:
            self._clear(folder.thumbnails, order)
            return
        inspection = folder.known.inspection(folder.thumbnails)
        findings = inspection.findings(self.places.facets)
        garbage = {f.what for f in findings if f.kind == Kind.ORPHANED}
        order.findings += findings
        order.names += sorted(garbage & inspection.thumbnails.keys())
        if any(finding.what not in order.names for finding in findings):
            order.keys.append(folder.known.key)

    with patch.object(Suspicion, "examine", examine):
        yield


@defect("sweep that deletes orphans however young")
def _no_grace() -> Iterator[None]:
    """A thumbnail that belongs to no known object is deleted at once."""

    def clear(self: Suspicion, thumbnails: Any, order: Order) -> None:
        for stored in thumbnails:
            order.findings.append(Finding(Kind.ORPHANED, "", stored.name, "no known object"))
            order.names.append(stored.name)

    with patch.object(Suspicion, "_clear", clear):
        yield


@defect("sweep that leaves what a wrong clock left behind")
def _stranded_left() -> Iterator[None]:
    """All thumbnails of a known key are left to the consumers."""
    with patch.object(Inspection, "stranded_thumbnails", lambda *_: []):
        yield


@defect("totals added up while they move")
def _torn() -> Iterator[None]:
    """What was read over some time is taken for one moment, and corrected as of now."""
    with patch.object(sweep, "still", recount.moves_of):
        yield


@defect("sweep that forgets a page")
def _page_lost() -> Iterator[None]:
    """A run that goes on after an interruption takes the place of the one before."""

    def read_the_rest(self: sweep.Sweep, deadline: float) -> Any:
        now = read(self, deadline)
        return replace(now, runs=now.runs[-1:])

    read = sweep.Sweep._read_originals
    with patch.object(sweep.Sweep, "_read_originals", read_the_rest):
        yield


@defect("repairs sent to nobody")
def _unsent() -> Iterator[None]:
    """The sweep counts what is wrong and repairs nothing but the totals."""
    with patch.object(RealRepairs, "send", lambda *_: None):
        yield


@defect("sweep that is too patient")
def _too_patient() -> Iterator[None]:
    """What changed within the last year is left alone."""

    def recent(self: Suspicion, inspection: Inspection) -> bool:
        patient = replace(self, grace=timedelta(days=365))
        return recently(patient, inspection)

    recently = Suspicion._recent
    with patch.object(Suspicion, "_recent", recent):
        yield


@defect("unreadable facet not found")
def _unreadable_unseen() -> Iterator[None]:
    """A facet that cannot be read is passed over, as those of other sort keys are."""

    def findings(self: Inspection, facets: Any) -> list[Finding]:
        found = find(self, facets)
        return [each for each in found if each.kind != Kind.UNREADABLE_ITEM]

    find = Inspection.findings
    with patch.object(Inspection, "findings", findings):
        yield


@defect("unreadable facet never replaced")
def _unreadable_kept() -> Iterator[None]:
    """A revision that cannot be read is taken for none, and there must still be none."""

    def write(self: Catalog, fence: Fence, attributes: Any) -> int | None:
        return write_behind(self, fence if fence.rev else replace(fence, stored=ABSENT), attributes)

    write_behind = Catalog.write
    with patch.object(Catalog, "write", write):
        yield
