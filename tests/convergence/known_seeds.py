"""The seed that caught each planted defect last; `make soak SOAK=--defects` searches again.

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
    """Return the first seed that catches each defect; a defect that escapes is missing."""
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


def renew() -> set[str]:
    """Search for the seeds of all defects and write them; return the defects that escape."""
    seeds = search(*DEFECTS)
    FILE.write_text(json.dumps(dict(sorted(seeds.items())), indent=2) + "\n")
    return set(DEFECTS) - set(seeds)
