"""What follows from all that is known about one key, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from darkroom.catalog import State
from darkroom.reconciliation.findings import Finding, Kind
from darkroom.reconciliation.inspection import Inspection
from darkroom.refusals import MEANINGS, Reason
from operations.answers import plural
from operations.dead_letters import Letter
from operations.feeds import Pause

READY, REFUSED, WAITING, PAUSED = "READY", "REFUSED", "WAITING", "PAUSED"
GONE, NEVER_SEEN, WRONG, GIVEN_UP = "GONE", "NEVER SEEN", "WRONG", "GIVEN UP"
BAD = (WRONG, NEVER_SEEN, GIVEN_UP, PAUSED)

# From a change to its notification, and from a facet to the ledger, it takes seconds.
ON_ITS_WAY = timedelta(minutes=1)
# Five tries, up to six minutes apart; who still waits then waits for nothing.
BEING_TRIED = timedelta(hours=1)
# The stream's alarm rings when the report is later than this: `LATE` of its consumer's construct.
BEING_COUNTED = timedelta(minutes=15)
# S3 gives the time of an upload in whole seconds.
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Verdict:
    """One of the words above, and why."""

    word: str
    because: str


@dataclass(frozen=True)
class Surroundings:
    """What else bears on a key: the messages ``busy`` in all, dead letters, a pause.

    ``letters`` are about the key and not older than its last version; ``unread`` dead letters
    nobody looked at; ``seen`` is whether there is a version or a dead letter.
    """

    busy: int
    letters: Sequence[Letter]
    unread: int
    pause: Pause
    seen: bool


def verdict(inspection: Inspection, findings: Sequence[Finding], around: Surroundings) -> Verdict:
    """Conclude."""
    if findings and around.letters:
        return _given_up(around.letters)
    if findings:
        return _unsettled(inspection, findings, around)
    if inspection.current:
        return _live(inspection)
    if around.seen or inspection.facets or inspection.entries:
        return Verdict(GONE, "the object is deleted, and nothing of it is left to see.")
    return Verdict(
        NEVER_SEEN,
        "no version, facet, thumbnail, ledger entry or dead letter is of this key. "
        "Check its spelling: case and every character count.",
    )


def _given_up(letters: Sequence[Letter]) -> Verdict:
    places = list(dict.fromkeys(letter.place for letter in letters))
    reasons = "; ".join(dict.fromkeys(letter.reason for letter in letters))
    commands = " and ".join(f"`dlq redrive {place}`" for place in places)
    return Verdict(
        GIVEN_UP,
        f"{plural(len(letters), 'dead letter')} in {', '.join(places)} ({reasons}). "
        f"Mend the cause, then {commands}.",
    )


def _unsettled(
    inspection: Inspection, findings: Sequence[Finding], around: Surroundings
) -> Verdict:
    since = _since_the_last_change(inspection)
    disagreements = plural(len(findings), "disagreement")
    unread = plural(around.unread, "dead letter")
    rest = f" Not looked at: {unread}, which may be about it." if around.unread else ""
    if _waits_for_a_resume(since, around.pause):
        return Verdict(PAUSED, "it waits until `resume` switches the app on again." + rest)
    if since < ON_ITS_WAY or (around.busy and since < BEING_TRIED):
        under_way = f"{plural(around.busy, 'message')} under way in all"
        told = f"it changed lately, with {under_way} ({disagreements} so far)."
        return Verdict(WAITING, told + rest)
    if since < BEING_COUNTED and all(found.kind is Kind.MISCOUNTED for found in findings):
        return Verdict(WAITING, "the report has not counted its last change yet." + rest)
    told = f"{disagreements} with the originals bucket; `doctor --fix` repairs them."
    return Verdict(WRONG, told + rest)


def _waits_for_a_resume(since: timedelta, pause: Pause) -> bool:
    """Return whether a pause explains a change of *since* ago: it came, or was tried, in it."""
    if not pause.holds_up_pictures:
        return False
    return since < datetime.now(UTC) - pause.since + BEING_TRIED


def of_this_version(letter: Letter, changed_at: datetime | None) -> bool:
    """Return whether *letter* was sent for the last version or a later event, not for one before.

    SQS keeps the time of sending when it moves a message to its dead-letter queue:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
    """
    sent_at = datetime.now(UTC) - timedelta(seconds=letter.age_seconds)
    return changed_at is None or sent_at >= changed_at - SECOND


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
