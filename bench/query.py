"""What a request of the API costs: processor time, and read units by the size of the catalog.

The tables are in memory, so times are the function's own; what DynamoDB would charge follows from
the sizes of the items that are read.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.contest import ROOT, environment
from bench.tables import table

QUICK, FULL = (1_000, 10_000), (1_000, 10_000, 100_000)
MIDDLE = "YWxpY2UvNTAwLmpwZw"  # alice/500.jpg
ROUTES: Mapping[str, tuple[str, str, str]] = {
    "GET /images": ("GET", "/images", ""),
    "GET /images by format": ("GET", "/images", "format=JPEG"),
    "GET /images, nothing fits": ("GET", "/images", "format=JPEG&min_width=4000"),
    "GET /images of a day": ("GET", "/images", "uploaded_from=2026-11-20&uploaded_to=2026-11-21"),
    "GET /images/{id}": ("GET", f"/images/{MIDDLE}", ""),
    "GET /images/{id}/similar": ("GET", f"/images/{MIDDLE}/similar", ""),
    "GET /owners": ("GET", "/owners", ""),
    "GET /owners/{owner}/usage": ("GET", "/owners/alice/usage", ""),
    "GET /report": ("GET", "/report", "from=2026-11-01&to=2026-11-21"),
    "POST /uploads": ("POST", "/uploads", ""),
    "GET /me": ("GET", "/me", ""),
}
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


def measured(sizes: Sequence[int], rounds: int) -> list[Request]:
    """Ask every route of a catalog of each size, *rounds* times, in a process of their own."""
    command = [sys.executable, "-m", "bench.query_worker", str(rounds), *map(str, sizes)]
    run = subprocess.run(command, env=environment(), cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return [Request(**each) for each in json.loads(run.stdout)]


def missed(requests: Sequence[Request]) -> list[str]:
    """Return a line for each route that costs more the larger the catalog is."""
    found = []
    for route in ROUTES:
        units = [each.units for each in requests if each.route == route]
        most = MOST_UNITS.get(route, FLAT * units[0])
        if max(units) > most:
            found.append(f"{route}: {max(units):g} read units, at most {most:g}")
    return found


def query_table(requests: Sequence[Request]) -> str:
    """Return times at the largest catalog, and read units at each."""
    sizes = list(dict.fromkeys(each.pictures for each in requests))
    header = ("route", "p50 CPU ms", "p95 CPU ms", *(f"units at {size:,}" for size in sizes))
    rows = []
    for route in ROUTES:
        own = [each for each in requests if each.route == route]
        units = (f"{each.units:g}" for each in own)
        rows.append((route, f"{own[-1].p50_ms:.1f}", f"{own[-1].p95_ms:.1f}", *units))
    return table(header, rows)
