"""What a run prints: what was done, what was injected and what was found."""

import json
from collections.abc import Mapping
from pathlib import Path

from local.chaos.run import Outcome

INVARIANTS = {
    "I1": "the catalog describes exactly the live objects, in their current versions",
    "I2": "exactly the thumbnails that it names exist, and show the current version",
    "I3": "the report is the sum over the live objects, to the byte",
    "I4": "nothing is lost silently: what could not be done waits, with its reason",
    "I5": "once quiet, nothing runs",
    "swept": "after lost events, I1 to I3 hold again as soon as a sweep is through",
    "faults": "each kind of fault was injected",
}


def print_outcome(outcome: Outcome, kept: Path | None) -> None:
    """Print it for people."""
    section("Done by the clients", outcome.done)
    section("Injected", outcome.injected)
    section("Given up on, then redriven or replayed", outcome.given_up)
    section("Found and mended by the sweep, for events were lost", outcome.swept)
    print(f"\nFound, with {outcome.objects} objects in the bucket")
    for name, meaning in INVARIANTS.items():
        errors = outcome.errors.get(name)
        answer = "-" if errors is None else "NO" if errors else "yes"
        print(f"  {name:6}  {answer:3}  {meaning}")
        for error in errors or []:
            print(f"          - {error}")
    verdict = "All held" if outcome.held else "NOT all held"
    print(f"\n{verdict} (seed {outcome.seed}, {outcome.seconds:.0f} s).")
    if kept:
        print(f"The cloud is kept, stopped, in {kept}: python -m local --home {kept} up")


def section(title: str, counts: Mapping[str, int]) -> None:
    print(f"\n{title}")
    for name, count in sorted(counts.items()):
        print(f"  {count:6}  {name}")
    if not counts:
        print("       -")


def print_json(outcome: Outcome, kept: Path | None) -> None:
    """Print it for programs."""
    home = {"home": str(kept)} if kept else {}
    # Not `asdict`, which takes a Counter's items for things to count.
    print(json.dumps({**vars(outcome), "held": outcome.held, **home}, indent=2, sort_keys=True))
