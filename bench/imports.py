"""What importing each function costs at a cold start."""

import subprocess
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from bench.contest import ROOT, environment

# Powertools wants to know whom it works for.
NAMES = {"POWERTOOLS_SERVICE_NAME": "bench", "POWERTOOLS_METRICS_NAMESPACE": "Bench"}


@dataclass(frozen=True)
class ImportTime:
    """Milliseconds by top-level package, the heaviest first."""

    function: str
    total_ms: float
    packages: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return asdict(self)


def import_times(rounds: int) -> list[ImportTime]:
    """Import each function's handler *rounds* times; return the median for each."""
    folders = sorted(handler.parent.name for handler in ROOT.glob("functions/*/handler.py"))
    return [_median(folder, [_import(folder) for _ in range(rounds + 1)][1:]) for folder in folders]


def _import(folder: str) -> dict[str, float]:
    command = [sys.executable, "-X", "importtime", "-c", f"import functions.{folder}.handler"]
    env = environment() | NAMES
    run = subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, text=True)
    return by_package(run.stderr)


def by_package(report: str) -> dict[str, float]:
    """Add up what ``-X importtime`` reports: microseconds themselves | cumulated | module."""
    spent: Counter[str] = Counter()
    for line in report.splitlines():
        own, _, module = line.removeprefix("import time:").rpartition("|")
        if own.split("|")[0].strip().isdigit():
            spent[module.strip().split(".")[0]] += int(own.split("|")[0])
    return {package: micros / 1000 for package, micros in spent.most_common()}


def _median(folder: str, runs: list[dict[str, float]]) -> ImportTime:
    packages = {name: median(run.get(name, 0.0) for run in runs) for name in runs[0]}
    return ImportTime(folder, median(sum(run.values()) for run in runs), packages)
