"""What a person reads of a sweep that has ended."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from darkroom.reconciliation.checkpoint import Checkpoint
from darkroom.reconciliation.findings import Finding

LISTED = 1000


def summary(sweep: Checkpoint, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return all of it; *findings* are the first `LISTED`."""
    return {
        "started_at": sweep.started_at,
        "finished_at": sweep.finished_at,
        "objects": sweep.objects,
        "found": sweep.found,
        "repairs": {
            "keys_sent_to_their_consumers": sweep.sent,
            "thumbnails_deleted": sweep.deleted,
            "lines_of_the_report_corrected": sweep.corrected,
        },
        "keys_left_to_the_next_sweep": sweep.postponed,
        "shards_not_verified": list(sweep.unverified),
        "findings": [asdict(finding) for finding in findings],
    }


def as_json(told: dict[str, Any]) -> bytes:
    """Return a summary for programs."""
    return json.dumps(told, indent=2, ensure_ascii=False).encode()


def as_text(told: dict[str, Any]) -> bytes:
    """Return a summary for a person."""
    found = sum(told["found"].values())
    listed = len(told["findings"])
    lines = [
        f"Darkroom's sweep of {told['started_at']}",
        "",
        f"finished      {told['finished_at']}",
        f"objects seen  {told['objects']:,}",
        *_counts(told["found"]),
        *_counts(told["repairs"]),
        *_counts({"keys left to the next sweep": told["keys_left_to_the_next_sweep"]}),
        f"not verified  {_shards(told['shards_not_verified'])}",
        "",
        f"Findings ({listed:,} of {found:,}):" if found else "Nothing was found wrong.",
    ]
    for each in told["findings"]:
        where = f"{each['key']!r} {each['what']}" if each["key"] else each["what"]
        lines.append(f"  {each['kind']:<15} {where}: {each['detail']}")
    return ("\n".join(lines) + "\n").encode()


def _counts(of: dict[str, int]) -> list[str]:
    return [f"{count:>10,}  {name.replace('_', ' ').lower()}" for name, count in of.items()]


def _shards(unverified: Sequence[int]) -> str:
    if not unverified:
        return "nothing: all of the report was recounted"
    shards = ", ".join(map(str, unverified))
    return f"the totals of shards {shards}, which never stood still"
