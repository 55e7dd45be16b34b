"""What a request of the API costs: processor time, read units by the size of the catalog, patience.

In process the tables are in memory, so times are the function's own; what DynamoDB would charge
follows from the sizes of the items that are read.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.contest import ROOT, environment
from bench.tables import table

QUICK, FULL = (1_000, 10_000), (1_000, 100_000, 1_000_000)
PEER = "GET /health"  # it reads nothing: what the way to the function and back takes
# Units of the largest catalog as a multiple of the smallest one's. Neighbours in a band become
# more with the catalog, up to the 100 that are read of each of the four.
FLAT = 1.1
MOST_UNITS = {"GET /images/{id}/similar": 70.0}


@dataclass(frozen=True)
class Request:
    """One route at one size: milliseconds of processor time, read units of DynamoDB."""

    route: str
    pictures: int
    p50_ms: float
    p95_ms: float
    units: float

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return asdict(self)


@dataclass(frozen=True)
class Trip:
    """One route through the local cloud: milliseconds on the clock."""

    route: str
    p50_ms: float
    p95_ms: float

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return asdict(self)


def measured(sizes: Sequence[int], rounds: int) -> list[Request]:
    """Ask every route of a catalog of each size, *rounds* times, in a process of their own."""
    return [Request(**each) for each in _worked("bench.query_worker", rounds, *sizes)]


def trips(rounds: int) -> list[Trip]:
    """Ask every route of the app, deployed to a local cloud, *rounds* times."""
    return [Trip(**each) for each in _worked("bench.query_cloud", rounds)]


def _worked(module: str, *numbers: int) -> Any:
    command = [sys.executable, "-m", module, *map(str, numbers)]
    run = subprocess.run(command, env=environment(), cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return json.loads(run.stdout)


def missed(requests: Sequence[Request]) -> list[str]:
    """Return a line for each route that costs more the larger the catalog is."""
    found = []
    for route, own in _by_route(requests).items():
        units = [each.units for each in own]
        most = MOST_UNITS.get(route, FLAT * units[0])
        if max(units) > most:
            found.append(f"{route}: {max(units):g} read units, at most {most:g}")
    return found


def query_table(requests: Sequence[Request]) -> str:
    """Return times at the largest catalog, and read units at each."""
    sizes = list(dict.fromkeys(each.pictures for each in requests))
    header = ("route", "p50 CPU ms", "p95 CPU ms", *(f"units at {size:,}" for size in sizes))
    rows = []
    for route, own in _by_route(requests).items():
        units = (f"{each.units:g}" for each in own)
        rows.append((route, f"{own[-1].p50_ms:.1f}", f"{own[-1].p95_ms:.1f}", *units))
    return table(header, rows)


def _by_route(requests: Sequence[Request]) -> dict[str, list[Request]]:
    found: dict[str, list[Request]] = {}
    for each in requests:
        found.setdefault(each.route, []).append(each)
    return found


def trips_table(measured: Sequence[Trip]) -> str:
    """Return times, and each as a multiple of what a request that reads nothing takes."""
    peer = next(trip.p50_ms for trip in measured if trip.route == PEER)
    header = ("route, through the local cloud", "p50 ms", "p95 ms", "p50 of " + PEER)
    rows = (
        (trip.route, f"{trip.p50_ms:.0f}", f"{trip.p95_ms:.0f}", f"x {trip.p50_ms / peer:.1f}")
        for trip in measured
    )
    return table(header, rows)
