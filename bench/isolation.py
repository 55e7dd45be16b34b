"""What running in a child process costs: `python -m bench.isolation` prints it as JSON."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from bench.contest import ROOT, environment

MIB = 1 << 20
FORMATS = "import functions.make_thumbnails.thumbnails"


def isolation_cost(rounds: int) -> dict[str, float]:
    """Return wall milliseconds by what was done, measured in a process of their own."""
    command = [sys.executable, "-m", "bench.isolation", str(rounds)]
    run = subprocess.run(command, env=environment(), cwd=ROOT, check=True, capture_output=True)
    costs: dict[str, float] = json.loads(run.stdout)
    return costs


def measure(rounds: int) -> dict[str, float]:
    """Return medians; the process is as large as a function's, with its pictures' code imported."""
    from darkroom.isolation import Isolated

    exec(FORMATS)  # noqa: S102
    isolated = Isolated(max_memory=512 * MIB, seconds=60)
    content, large, result = os.urandom(5 * MIB), bytes(64 * MIB), 300 * 1024

    def first() -> None:
        isolated.close()
        isolated.call(abs, 1)

    python = [sys.executable, "-c"]
    return {
        "a call that does nothing": _ms(rounds * 20, lambda: isolated.call(abs, 1)),
        "5 MiB in": _ms(rounds, lambda: isolated.call(len, content)),
        "64 MiB in": _ms(rounds, lambda: isolated.call(len, large)),
        "300 KiB out": _ms(rounds, lambda: isolated.call(bytes, result)),
        "a new child (ours: fork)": _ms(rounds, first),
        "a new interpreter instead": _ms(rounds, lambda: subprocess.run([*python, "pass"])),
        "... and its imports": _ms(rounds, lambda: subprocess.run([*python, FORMATS])),
    }


def _ms(rounds: int, action: Callable[[], Any]) -> float:
    spent = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        action()
        spent.append((time.perf_counter() - started) * 1000)
    return median(spent[1:])


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
