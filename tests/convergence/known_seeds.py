"""The seed that caught each planted defect last; `python -m` this module searches for them again.

A change of the code or of the schedules moves them. The test then searches, which takes minutes.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from tests.convergence.crowd import CHUNK, Chunk, crowd
from tests.convergence.defects import DEFECTS

FILE = Path(__file__).with_suffix(".json")
SCHEDULES = 50_000


def known_seeds() -> dict[str, int]:
    """Return the seeds by the names of the defects."""
    seeds: dict[str, int] = json.loads(FILE.read_text())
    return seeds


def search(*defects: str) -> dict[str, int]:
    """Return the first seed that catches each defect; those that none catches are not in it."""
    caught: dict[str, int] = {}
    for outcome in crowd(_rounds(defects, caught)):
        if outcome.failure:
            caught.setdefault(outcome.chunk.defect, outcome.failure.seed)
    return caught


def _rounds(defects: tuple[str, ...], caught: dict[str, int]) -> Iterator[Chunk]:
    """Yield the next seeds for each defect that is not caught by then."""
    for start in range(0, SCHEDULES, CHUNK):
        for name in defects:
            if name not in caught:
                yield Chunk(start, start + CHUNK, name)


if __name__ == "__main__":
    seeds = search(*DEFECTS)
    FILE.write_text(json.dumps(dict(sorted(seeds.items())), indent=2) + "\n")
    missing = ", ".join(sorted(set(DEFECTS) - set(seeds)))
    raise SystemExit(f"not caught in {SCHEDULES:,} schedules: {missing}" if missing else 0)
