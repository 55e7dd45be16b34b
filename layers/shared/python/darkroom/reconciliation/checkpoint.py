"""How far a sweep has come: enough for anyone to go on from there."""

import json
import time
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from darkroom.reconciliation.findings import Kind

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

PLACE = {"pk": "SWEEP", "sk": "CURRENT"}


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
    moves: dict[str, int | None] = field(default_factory=dict)
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
            TypeError: if it is of a version of this class that is no more.
        """
        values = json.loads(text)
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return cls(**{**values, **lists, "phase": Phase(values["phase"])})


class LeaseLost(Exception):
    """Another invocation goes on with the sweep."""


@dataclass(frozen=True)
class Saved:
    """A checkpoint as it was read or written; ``rev`` is 0 where there was none.

    ``previous`` is what the sweep before it came to.
    """

    rev: int = 0
    leased_until: float = 0
    checkpoint: Checkpoint | None = None
    previous: Checkpoint | None = None

    @property
    def leased(self) -> bool:
        """Whether someone is at work."""
        return time.time() < self.leased_until


class Checkpoints:
    """Keeps the checkpoint in the report table, behind a fence: of two writers, one goes on."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def load(self) -> Saved:
        """Read it; one that an older version of us wrote is as good as none."""
        item: Any = self._table.get_item(Key=PLACE, ConsistentRead=True).get("Item")
        if item is None:
            return Saved()
        try:
            kept = [Checkpoint.from_json(text) if text else None for text in item["sweeps"]]
        except (TypeError, ValueError, KeyError):
            kept = []
        return Saved(int(item["rev"]), float(item["leased_until"]), *kept)

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
        unchanged = Attr("rev").eq(seen.rev) if seen.rev else Attr("rev").not_exists()
        sweeps = [checkpoint.as_json(), previous.as_json() if previous else ""]
        lease = {"rev": seen.rev + 1, "leased_until": round(leased_until)}
        try:
            self._table.put_item(
                Item={**PLACE, **lease, "sweeps": sweeps}, ConditionExpression=unchanged
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raise LeaseLost from error
        return Saved(seen.rev + 1, leased_until, checkpoint, previous)
