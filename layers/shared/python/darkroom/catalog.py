"""The catalog table: one item per object and facet, written behind a fence."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class State(StrEnum):
    """What a facet says of its object."""

    READY = "READY"
    REJECTED = "REJECTED"
    GONE = "GONE"


@dataclass(frozen=True)
class Fence:
    """The facet as it stood before the work began: ``rev`` is 0 where there was none."""

    key: str
    facet: str
    rev: int
    item: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def version_id(self) -> str | None:
        """The version of the object that it described, if it described one."""
        return self.item.get("version_id")

    def next_rev(self) -> int:
        """Return a revision above every earlier one.

        The clock keeps it rising after the item itself is gone: a tombstone expires, its
        revision must not come back.
        """
        return max(time.time_ns() // 1_000_000, self.rev + 1)


class Catalog:
    """Reads and writes facets; ``pk`` is the object's key, ``sk`` the facet's name."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def fence(self, key: str, facet: str) -> Fence:
        """Read the facet with the revision that a later `write` must still find."""
        found = self._table.get_item(Key={"pk": key, "sk": facet}, ConsistentRead=True)
        item: dict[str, Any] = dict(found.get("Item", {}))
        return Fence(key, facet, int(item.get("rev", 0)), item)

    def write(self, fence: Fence, attributes: Mapping[str, Any]) -> int | None:
        """Replace the facet if nobody has written it since *fence* was read.

        The revision rises even when nothing else changes: an unchanged facet may be the answer to
        an older question, and a slower writer must see that it was asked again.

        Returns:
            The new revision, or ``None`` if the race was lost.
        """
        rev = fence.next_rev()
        item = {"pk": fence.key, "sk": fence.facet, "rev": rev, **attributes}
        unchanged = Attr("rev").eq(fence.rev) if fence.rev else Attr("rev").not_exists()
        try:
            self._table.put_item(Item=item, ConditionExpression=unchanged)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return None
        return rev
