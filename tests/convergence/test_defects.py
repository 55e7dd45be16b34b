"""The test is tested: the schedules catch each mistake that is planted into the real code."""

import pytest

from tests.convergence.crowd import Chunk, run_chunk
from tests.convergence.defects import DEFECTS
from tests.convergence.known_seeds import SCHEDULES, known_seeds, search

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
OF_ARCHIVES = {
    "worker that downgrades what it can no longer read",
    "archived object raised",
    "facet that goes on naming lost thumbnails",
    "sweep that resends for ever what is archived",
    "sweep that leaves alone what is restored",
}
OF_UNREADABLE_ITEMS = {
    "unreadable facet not found",
    "unreadable facet never replaced",
}
OF_THE_SWEEP = {
    "sweep that trusts its first look",
    "sweep that deletes orphans however young",
    "sweep that leaves what a wrong clock left behind",
    "totals added up while they move",
}


def test_the_defects_that_such_systems_have_are_planted() -> None:
    assert set(DEFECTS) >= ISSUE | OF_ARCHIVES | OF_THE_SWEEP | OF_THUMBNAILS | OF_UNREADABLE_ITEMS


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_caught(name: str) -> None:
    seed = known_seeds().get(name, 0)
    known = run_chunk(Chunk(seed, seed + 1, name))
    assert known.failure or search(name), f"not seen in {SCHEDULES:,} schedules"
