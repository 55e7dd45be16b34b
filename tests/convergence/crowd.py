"""Many schedules at once: seeds spread over processes, until one fails or all are done."""

import gc
import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tests.convergence.defects import DEFECTS, healthy
from tests.convergence.disagreement import Disagreement
from tests.convergence.runs import Failure, explain, run
from tests.convergence.seams import installed

CHUNK = 250


@dataclass(frozen=True)
class Chunk:
    """A range of seeds, to be run with a defect planted, or none."""

    first: int
    end: int
    defect: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a chunk came to: how many schedules, how often each fault happened, what failed."""

    chunk: Chunk
    schedules: int
    faults: dict[str, int]
    failure: Failure | None


def chunks(first: int, schedules: int, defect: str = "") -> Iterator[Chunk]:
    """Cut *schedules* seeds from *first* on into pieces that take about a second."""
    end = first + schedules
    for start in range(first, end, CHUNK):
        yield Chunk(start, min(start + CHUNK, end), defect)


def crowd(work: Iterator[Chunk], processes: int | None = None) -> Iterator[Outcome]:
    """Yield each chunk's outcome, in order."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes or os.cpu_count(), _calm) as pool:
        ahead = 2 * (processes or os.cpu_count() or 1)
        pending = [pool.apply_async(run_chunk, (each,)) for each in islice(work, ahead)]
        while pending:
            yield pending.pop(0).get()
            pending += [pool.apply_async(run_chunk, (each,)) for each in islice(work, 1)]


def _calm() -> None:
    """Collect garbage less often: a schedule makes little that is worth looking for."""
    gc.set_threshold(50_000, 50, 50)


def run_chunk(chunk: Chunk) -> Outcome:
    """Run the schedules of a chunk until one fails, which is then shortened."""
    faults: dict[str, int] = {}
    plant = DEFECTS[chunk.defect] if chunk.defect else healthy
    with installed() as ports, plant():
        for seed in range(chunk.first, chunk.end):
            try:
                schedule = run(ports, seed)
            except Disagreement as wrong:
                failure = explain(ports, seed, wrong.actions)
                return Outcome(chunk, seed + 1 - chunk.first, faults, failure)
            for fault, spent in (schedule.plan.budget - schedule.budget).items():
                faults[fault] = faults.get(fault, 0) + spent
    return Outcome(chunk, chunk.end - chunk.first, faults, None)
