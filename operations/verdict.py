"""What follows from all that is known about one key, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from darkroom.catalog import State
from darkroom.reconciliation.findings import Finding
from darkroom.reconciliation.inspection import Inspection
from darkroom.refusals import MEANINGS, Reason
from operations.answers import plural

READY, REFUSED, WAITING = "READY", "REFUSED", "WAITING"
GONE, NEVER_SEEN, WRONG = "GONE", "NEVER SEEN", "WRONG"

# From a change to its notification, and from a facet to the ledger, it takes seconds.
ON_ITS_WAY = timedelta(minutes=1)
# Five tries, up to six minutes apart; who still waits then waits for nothing.
BEING_TRIED = timedelta(hours=1)


@dataclass(frozen=True)
class Verdict:
    """One of the words above, and why."""

    word: str
    because: str


def verdict(
    inspection: Inspection, findings: Sequence[Finding], *, busy: int, seen: bool
) -> Verdict:
    """Conclude; *busy* messages are under way, *seen* tells of versions or dead letters."""
    if findings:
        return _unsettled(inspection, findings, busy)
    if inspection.current:
        return _live(inspection)
    if seen or inspection.facets or inspection.entries:
        return Verdict(GONE, "the object is deleted, and nothing of it is left to see.")
    return Verdict(
        NEVER_SEEN,
        "no version, facet, thumbnail, ledger entry or dead letter is of this key. "
        "Check its spelling: case and every character count.",
    )


def _unsettled(inspection: Inspection, findings: Sequence[Finding], busy: int) -> Verdict:
    since = _since_the_last_change(inspection)
    disagreements = plural(len(findings), "disagreement")
    if since < ON_ITS_WAY or (busy and since < BEING_TRIED):
        under_way = plural(busy, "message")
        return Verdict(
            WAITING,
            f"it changed lately, with {under_way} under way in all ({disagreements} so far).",
        )
    return Verdict(
        WRONG, f"{disagreements} with the originals bucket; `doctor --fix` repairs them."
    )


def _since_the_last_change(inspection: Inspection) -> timedelta:
    changed = inspection.changed_at
    return datetime.now(UTC) - changed if changed else timedelta.max


def _live(inspection: Inspection) -> Verdict:
    refusals = list(dict.fromkeys(_refusals(inspection)))
    if refusals:
        again = "" if _is_archived(inspection) else " It will not be tried again."
        return Verdict(REFUSED, f"{'; '.join(refusals)}.{again}")
    facets = " and ".join(sorted(inspection.live_facets()))
    return Verdict(READY, f"{facets} describe the current version, and the report counts it.")


def _is_archived(inspection: Inspection) -> bool:
    return any(item.get("reason") == Reason.ARCHIVED for item in inspection.facets.values())


def _refusals(inspection: Inspection) -> Iterator[str]:
    for item in inspection.facets.values():
        if item["state"] == State.REJECTED:
            reason, detail = str(item["reason"]), item.get("detail")
            meaning = MEANINGS[Reason(reason)] if reason in set(Reason) else "a reason unknown here"
            yield f"{reason}, {meaning}" + (f" ({detail})" if detail else "")
