"""How far a sweep has come: enough for anyone to go on from there."""

import json
import time
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from darkroom.items import ABSENT, Rule, Rules, is_moment, is_text, is_whole, revision_of, unchanged
from darkroom.reconciliation.findings import Kind

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

PLACE = {"pk": "SWEEP", "sk": "CURRENT"}
# Far beyond what an invocation can take: nobody has such a lease.
MAX_LEASE_SECONDS = 2 * 86_400


def _all(rule: Rule) -> Rule:
    return lambda value: isinstance(value, list) and all(map(rule, value))


def _map_of(rule: Rule) -> Rule:
    return lambda value: isinstance(value, dict) and all(map(rule, value.values()))


def _or_none(rule: Rule) -> Rule:
    return lambda value: value is None or rule(value)


RULES: Rules = {
    "started_at": is_moment,
    "finished_at": _or_none(is_moment),
    "marker": _or_none(_map_of(is_text)),
    "moves": lambda value: _map_of(_or_none(is_text))(value) and all(map(str.isdecimal, value)),
    "found": _map_of(is_whole),
    "after": is_text,
    "order": _or_none(is_text),
    **dict.fromkeys(("runs", "sums", "orders"), _all(is_text)),
    "unverified": _all(is_whole),
    **dict.fromkeys(("digits", "objects", "passes", "partition"), is_whole),
    **dict.fromkeys(("sent", "deleted", "corrected", "postponed", "uncounted"), is_whole),
}


class Phase(StrEnum):
    """What a sweep does next."""

    ORIGINALS = "ORIGINALS"
    CATALOG = "CATALOG"
    LEDGER = "LEDGER"
    TOTALS = "TOTALS"
    KEYS = "KEYS"
    DONE = "DONE"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """Where a sweep stands; all of it is JSON.

    ``marker`` is where the next page begins, ``runs`` and ``sums`` name what was put aside,
    ``partition`` and ``after`` say what was compared already. ``order`` names what was found in
    the last step and is still to be repaired: only when it is, it is counted.
    """

    started_at: str
    digits: int = 0
    phase: Phase = Phase.ORIGINALS
    marker: dict[str, Any] | None = None
    objects: int = 0
    runs: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    moves: dict[str, str | None] = field(default_factory=dict)
    unverified: tuple[int, ...] = ()
    wrong_shards: tuple[int, ...] = ()
    passes: int = 0
    partition: int = 0
    after: str = ""
    order: str | None = None
    orders: tuple[str, ...] = ()
    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    sent: int = 0
    deleted: int = 0
    corrected: int = 0
    postponed: int = 0
    uncounted: int = 0
    finished_at: str | None = None

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.phase is Phase.DONE

    def as_json(self) -> str:
        """Return what `from_json` reads."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Checkpoint":
        """Read what `as_json` wrote.

        Raises:
            TypeError: if it is of a version of this class that is no more, or of no version.
            ValueError, KeyError, RecursionError: likewise.
        """
        values = json.loads(text)
        for name, rule in RULES.items():
            if name in values and not rule(values[name]):
                raise TypeError(f"{name} is of another type")
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return cls(**{**values, **lists, "phase": Phase(values["phase"])})


class LeaseLost(Exception):
    """Another invocation goes on with the sweep."""


@dataclass(frozen=True)
class Saved:
    """A checkpoint as it was read or written; ``rev`` is 0 where there was none.

    ``previous`` is what the sweep before it came to. ``stored`` is the revision as it lies in the
    table, of whatever type, or `ABSENT`.
    """

    rev: int = 0
    leased_until: float = 0
    checkpoint: Checkpoint | None = None
    previous: Checkpoint | None = None
    stored: Any = ABSENT

    @property
    def leased(self) -> bool:
        """Whether someone is at work."""
        return 0 < self.leased_until - time.time() <= MAX_LEASE_SECONDS


class Checkpoints:
    """Keeps the checkpoint in the report table, behind a fence: of two writers, one goes on."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def load(self) -> Saved:
        """Read it; one that cannot be read, as of an older version, is as good as none."""
        item: Any = self._table.get_item(Key=PLACE, ConsistentRead=True).get("Item", {})
        try:
            current, previous = (
                Checkpoint.from_json(text) if text else None for text in item["sweeps"]
            )
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError):
            current = previous = None
        until, stored = item.get("leased_until"), item.get("rev", ABSENT)
        leased_until = float(until) if is_whole(until) else 0
        return Saved(revision_of(item), leased_until, current, previous, stored)

    def save(
        self,
        seen: Saved,
        checkpoint: Checkpoint,
        *,
        leased_until: float,
        previous: Checkpoint | None,
    ) -> Saved:
        """Replace what was *seen*.

        Raises:
            LeaseLost: if it has been replaced already.
        """
        condition = unchanged("rev", seen.stored)
        sweeps = [checkpoint.as_json(), previous.as_json() if previous else ""]
        lease = {"rev": seen.rev + 1, "leased_until": round(leased_until)}
        try:
            self._table.put_item(
                Item={**PLACE, **lease, "sweeps": sweeps}, ConditionExpression=condition
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raise LeaseLost from error
        return Saved(seen.rev + 1, leased_until, checkpoint, previous, seen.rev + 1)
