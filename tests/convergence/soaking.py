"""Runs as many schedules as asked, on all cores, and tells how it went."""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.convergence.crowd import chunks, crowd
from tests.convergence.known_seeds import renew
from tests.convergence.runs import Failure

SCHEDULES = 300_000


def soak(schedules: int, seed: int, processes: int, *, as_json: bool) -> int:
    """Run *schedules* seeds from *seed* on; return 1 if one failed, having told it, else 0."""
    began, done, failure = time.monotonic(), 0, None
    faults: Counter[str] = Counter()
    for outcome in crowd(chunks(seed, schedules), processes):
        done += outcome.schedules
        faults.update(outcome.faults)
        failure = outcome.failure
        _progress(done, schedules, time.monotonic() - began)
        if failure:
            break
    _tell(done, time.monotonic() - began, faults, failure, as_json=as_json)
    return 1 if failure else 0


def _progress(done: int, schedules: int, seconds: float) -> None:
    if sys.stderr.isatty():
        rate = done / seconds
        left = (schedules - done) / rate
        line = f"\r{done:,} of {schedules:,} schedules, {rate:,.0f}/s, {left:,.0f} s left "
        sys.stderr.write(line if done < schedules else line + "\n")


def _tell(
    done: int, seconds: float, faults: Counter[str], failure: Failure | None, *, as_json: bool
) -> None:
    if as_json:
        told = {
            "schedules": done,
            "seconds": round(seconds, 1),
            "faults": faults,
            "failure": str(failure) if failure else None,
            "seed": failure.seed if failure else None,
        }
        sys.stdout.write(json.dumps(told) + "\n")
        return
    injected = ", ".join(f"{count:,} {fault}" for fault, count in sorted(faults.items()))
    sys.stdout.write(f"{done:,} schedules in {seconds:.0f} s, with {injected}\n")
    sys.stdout.write(f"FAILED: {failure}\n" if failure else "I1 to I5 hold in all of them\n")


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = argparse.ArgumentParser(prog="python -m tests.convergence.soak", description=__doc__)
    made.add_argument("--schedules", type=int, default=SCHEDULES, help=f"default {SCHEDULES:,}")
    made.add_argument("--seed", type=int, default=0, help="the first one; the next follow")
    made.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    made.add_argument("--json", action="store_true", help="tell the outcome as JSON")
    made.add_argument(
        "--defects",
        action="store_true",
        help="search for the seeds that catch the planted defects instead, and write them",
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    asked = parser().parse_args(arguments)
    if asked.defects:
        escaped = ", ".join(sorted(renew()))
        sys.stdout.write(f"not caught: {escaped}\n" if escaped else "all defects are caught\n")
        return 1 if escaped else 0
    return soak(asked.schedules, asked.seed, asked.processes, as_json=asked.json)


if __name__ == "__main__":
    sys.exit(main())
