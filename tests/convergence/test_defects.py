"""The test is tested: the schedules catch each mistake that is planted into the real code."""

from collections.abc import Iterator

from tests.convergence.crowd import CHUNK, Chunk, crowd
from tests.convergence.defects import DEFECTS
from tests.convergence.runs import Failure

SCHEDULES = 50_000
ISSUE = {
    "payload trusted",
    "no fence",
    "fence not bumped on a no-op",
    "rev restarting",
    "tombstone missing",
    "ETag as identity",
    "thumbnails unversioned",
    "cleanup that removes a newer version's variants",
    "counters with ADD",
    "ledger in two calls",
    "ledger keyed by rev",
    "marker instead of ledger under lost batches",
    "message id as idempotency key",
    "permanent error raised",
    "transient error recorded as permanent",
}
OF_THUMBNAILS = {
    "thumbnails counted again with each new version",
    "thumbnails never taken back",
    "recount that forgets thumbnails",
    "sweep that looks at one entry of two",
}
OF_THE_SWEEP = {
    "sweep that trusts its first look",
    "sweep that deletes orphans however young",
    "sweep that leaves what a wrong clock left behind",
    "totals added up while they move",
}


def test_every_planted_defect_is_caught() -> None:
    caught: dict[str, Failure] = {}
    for outcome in crowd(rounds(caught)):
        if outcome.failure:
            caught.setdefault(outcome.chunk.defect, outcome.failure)

    assert set(DEFECTS) >= ISSUE | OF_THE_SWEEP | OF_THUMBNAILS
    assert set(DEFECTS) - set(caught) == set(), f"not seen in {SCHEDULES:,} schedules"
    for name, failure in caught.items():
        print(f"{name}: seed {failure.seed}, {failure.problems[0]}")  # noqa: T201 - shown by -s


def rounds(caught: dict[str, Failure]) -> Iterator[Chunk]:
    """Yield the next seeds for each defect that nobody has caught by then."""
    for start in range(0, SCHEDULES, CHUNK):
        for name in DEFECTS:
            if name not in caught:
                yield Chunk(start, start + CHUNK, name)
