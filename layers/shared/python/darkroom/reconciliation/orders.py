"""What a step of a sweep found and wants repaired, written down before anything is done.

So a finding counts exactly once, and its repair is ordered at least once, wherever a crash falls.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import uuid4

from darkroom.contribution import Total
from darkroom.reconciliation.checkpoint import Checkpoint
from darkroom.reconciliation.findings import Finding, Kind
from darkroom.reconciliation.repairs import Repairs
from darkroom.reconciliation.spool import Spool
from darkroom.reconciliation.wrong_line import WrongLine

# What the queues of repairs work off in hours, long before their messages expire. Whatever is
# wrong beyond that is only counted, and left to the next sweep.
MOST_SENT = 100_000
FULL = 500


@dataclass
class Order:
    """What was found; the keys to send, thumbnails to delete and lines to correct."""

    findings: list[Finding] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    lines: list[WrongLine] = field(default_factory=list)
    postponed: int = 0
    postponing: int = 0
    """How many keys were sent before."""
    uncounted: int = 0
    """How many keys' last changes the report is about to count."""
    wrong_shards: Sequence[int] = ()
    """The shards whose totals do not add up to their ledger."""

    @property
    def full(self) -> bool:
        """Whether it is time to write it down."""
        return len(self.keys) + len(self.names) >= FULL

    @property
    def sends_no_more(self) -> bool:
        """Whether enough was sent for one sweep."""
        return self.postponing + len(self.keys) >= MOST_SENT

    def written(self, checkpoint: Checkpoint, spool: Spool) -> Checkpoint:
        """Put the order on the spool, if it says anything; return the checkpoint that names it."""
        checkpoint = replace(
            checkpoint,
            postponed=checkpoint.postponed + self.postponed,
            uncounted=checkpoint.uncounted + self.uncounted,
        )
        if not (self.findings or self.lines):
            return checkpoint
        name = f"order-{uuid4().hex[:12]}"
        spool.put(name, json.dumps(asdict(self)).encode())
        return replace(checkpoint, order=name)


def carry_out(checkpoint: Checkpoint, spool: Spool, repairs: Repairs) -> Checkpoint:
    """Repair what the checkpoint's order names; return the checkpoint that has it counted."""
    name = str(checkpoint.order)
    order = json.loads(spool.get(name))
    lines = [_line(values) for values in order["lines"]]
    refused = repairs.correct(lines) if lines else set()
    corrected = [line for line in lines if line.shard not in refused]
    repairs.send(order["keys"])
    left = repairs.delete(order["names"])
    findings = [_undeleted(_finding(values), left) for values in order["findings"]]
    findings += [line.finding() for line in corrected]
    spool.put(f"{name}.found", json.dumps([asdict(finding) for finding in findings]).encode())
    found = Counter(checkpoint.found)
    found.update(finding.kind for finding in findings)
    return replace(
        checkpoint,
        order=None,
        orders=(*checkpoint.orders, name),
        found=dict(found),
        sent=checkpoint.sent + len(order["keys"]),
        deleted=checkpoint.deleted + len(order["names"]) - len(left),
        corrected=checkpoint.corrected + len(corrected),
        unverified=tuple(sorted({*checkpoint.unverified, *refused})),
    )


def findings_of(checkpoint: Checkpoint, spool: Spool) -> Iterator[Finding]:
    """Yield all that is counted in *checkpoint*."""
    for name in checkpoint.orders:
        yield from map(_finding, json.loads(spool.get(f"{name}.found")))


def _undeleted(finding: Finding, left: Mapping[str, str]) -> Finding:
    if finding.what not in left:
        return finding
    return replace(finding, detail=f"{finding.detail}; not deleted: {left[finding.what]}")


def _finding(values: dict[str, Any]) -> Finding:
    return Finding(**{**values, "kind": Kind(values["kind"])})


def _line(values: dict[str, Any]) -> WrongLine:
    return WrongLine(**{**values, "total": Total(*values["total"])})
