"""What the report's lines say, summed over their shards."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from darkroom.ledger_items import read_line

COUNTED = ("objects", "bytes", "rejected")

Line = Counter[str]


def summed(items: Iterable[Mapping[str, Any]]) -> dict[str, Line]:
    """Add up what can be read of the items of shards, by the line that they belong to."""
    lines: dict[str, Line] = {}
    for item in items:
        line = lines.setdefault(str(item["sk"]), Counter())
        line.update(read_line(item)[0])
    return lines


def counted(line: Line) -> dict[str, int]:
    """Return the three figures of a line."""
    return {name: line[name] for name in COUNTED}


def by_state(line: Line) -> dict[str, dict[str, dict[str, int]]]:
    """Return objects and bytes by state and then by kind: a format, or why it is refused."""
    found: dict[str, dict[str, dict[str, int]]] = {"READY": {}, "REJECTED": {}}
    for measure, amount in sorted(line.items()):
        what, _, rest = measure.partition(" ")
        state, _, kind = rest.partition(" ")
        if kind and amount and what in ("objects", "bytes"):
            of_kind = found.setdefault(state, {}).setdefault(kind, {"objects": 0, "bytes": 0})
            of_kind[what] = amount
    return found


def usage_of(line: Line) -> dict[str, Any]:
    """Return what an owner stores."""
    shelved = line["thumbnails_bytes"]
    return {**counted(line), "thumbnails_bytes": shelved, "by_state": by_state(line)}


def report(days: Mapping[str, Line]) -> dict[str, Any]:
    """Return the totals of *days*, each of them, and the refusals by reason."""
    totals: Line = Counter()
    for line in days.values():
        totals.update(line)
    listed = [
        {"day": day, **counted(line), "by_state": by_state(line)}
        for day, line in sorted(days.items())
        if any(line.values())
    ]
    refused = by_state(totals)["REJECTED"]
    refusals = {reason: found["objects"] for reason, found in refused.items()}
    whole = {**counted(totals), "by_state": by_state(totals)}
    return {"totals": whole, "days": listed, "refusals": refusals}
