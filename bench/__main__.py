"""The command line: `python -m bench`."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bench import sources
from bench.contest import ROOT, Result, compete, present
from bench.contestants import CONTESTANTS
from bench.imports import import_times
from bench.isolation import isolation_cost
from bench.query import FULL, QUICK, measured, query_table, trips, trips_table
from bench.query import missed as grown
from bench.tables import costs_table, imports_table, results_table
from bench.targets import missed


def parser() -> ArgumentParser:
    """Return the options."""
    made = ArgumentParser(prog="python -m bench", description="Measure our thumbnails and our API.")
    made.add_argument("--quick", action="store_true", help="few sources, few rounds: two minutes")
    made.add_argument("--json", action="store_true", help="print JSON instead of tables")
    made.add_argument("--check", action="store_true", help="exit with 1 if a target is missed")
    made.add_argument("--rounds", type=int, help="how often each contestant runs")
    made.add_argument("--sources", type=Path, default=ROOT / ".build/bench", help="where to keep")
    return made


def main() -> int:
    options = parser().parse_args()
    rounds = options.rounds or (3 if options.quick else 5)
    results = contest(options, rounds)
    costs, times = isolation_cost(rounds), import_times(rounds)
    requests = measured(QUICK if options.quick else FULL, rounds=4 * rounds)
    through_cloud = trips(rounds=4 * rounds)
    wrong = [*missed(results), *grown(requests)]
    if options.json:
        told = {"contest": [result.as_json() for result in results], "isolation_ms": costs}
        told["imports"] = [time.as_json() for time in times]
        told["requests"] = [request.as_json() for request in requests]
        told["trips"] = [trip.as_json() for trip in through_cloud]
        print(json.dumps({**told, "missed": wrong}, indent=2))
    else:
        tables = [results_table(results), costs_table(costs), imports_table(times)]
        tables += [query_table(requests), trips_table(through_cloud)]
        print("\n", LEGEND, "\n\n".join(tables), sep="\n")
        print("", *(f"missed: {line}" for line in wrong), sep="\n")
    return 1 if options.check and wrong else 0


LEGEND = """\
CPU ms: median. ours takes: our CPU time as a multiple of this one's. peak MB: of the process.
PSNR, SSIM: of the worst thumbnail, compared with LANCZOS from the full picture.
A page of the API is asked for again, as the gallery does: its thumbnails' URLs are signed once.
units: DynamoDB's read units for one request to a catalog of so many pictures, all of one owner.
"""


def contest(options: Namespace, rounds: int) -> list[Result]:
    """Make the sources and let the contestants compete on each; progress goes to stderr."""
    chosen = sources.QUICK if options.quick else sources.FULL
    for absent in CONTESTANTS.keys() - set(present()):
        print(f"not installed, left out: {absent}", file=sys.stderr)
    for source in sources.make(chosen, options.sources):
        print(f"making {source.name} ...", file=sys.stderr)
    results = []
    for source in chosen:
        print(f"measuring {source.name} ...", file=sys.stderr)
        results += compete(source, options.sources, rounds)
    return results


if __name__ == "__main__":
    sys.exit(main())
