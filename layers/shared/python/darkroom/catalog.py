"""The catalog table: one item per object and facet, written behind a fence."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from darkroom.contribution import METADATA, THUMBNAILS
from darkroom.items import (
    ABSENT,
    Rules,
    UnreadableItem,
    check,
    is_key,
    is_moment,
    is_text,
    is_whole,
    plain,
    revision_of,
    unchanged,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class State(StrEnum):
    """What a facet says of its object."""

    READY = "READY"
    REJECTED = "REJECTED"
    GONE = "GONE"


def _are_variants(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_variant, value.values()))


def _is_variant(value: Any) -> bool:
    if not isinstance(value, Mapping) or not is_key(value.get("key")):
        return False
    numbers = all(is_whole(value.get(name)) for name in ("bytes", "width", "height"))
    return numbers and all(is_text(each) or is_whole(each) for each in value.values())


def is_hash(value: Any) -> bool:
    """Return whether *value* is a perceptual hash, in hexadecimal."""
    return isinstance(value, str) and bool(re.fullmatch("[0-9a-f]{16}", value))


# What `darkroom.convergence` writes into each facet.
OF_ALL: Rules = {
    "state": lambda value: isinstance(value, str) and value in set(State),
    "rev": is_whole,
    "version_id": is_key,
    "owner": is_key,
    "bytes": is_whole,
    "uploaded_at": is_moment,
    "recorded_at": is_moment,
    "expires_at": is_whole,
    "content_type": is_text,
    "reason": is_key,
    "detail": is_text,
    "variants": _are_variants,
}
# What the sweep, the API or an index reads besides.
OF_PICTURES: Rules = {
    **OF_ALL,
    "format": is_key,
    "width": is_whole,
    "height": is_whole,
    "camera": is_text,
    "taken_at": is_text,
    "sha256": is_text,
    "placeholder": is_text,
    "dominant_colour": is_text,
    "perceptual_hash": is_hash,
    "owned_state": is_text,
    "owned_band_0": is_text,
}
RULES = {METADATA: OF_PICTURES, THUMBNAILS: OF_PICTURES}
NOT_IN_AN_INDEX = {"rev", "variants"}


def read_facet(item: Mapping[str, Any], *, of_an_index: bool = False) -> dict[str, Any]:
    """Return a facet whose attributes are what its writer writes; its numbers are ``int``.

    An item *of_an_index* lacks what an index does not hold. Attributes that only people read are
    returned as they are.

    Raises:
        UnreadableItem: if the item has another shape.
    """
    key, name = str(item["pk"]), str(item["sk"])
    rules = RULES.get(name, OF_ALL)
    check(key, name, item, rules, ["state"])
    needed = set(_needed(name, item["state"])) - (NOT_IN_AN_INDEX if of_an_index else set())
    check(key, name, item, {}, sorted(needed))
    return {each: plain(value) if each in rules else value for each, value in item.items()}


def read_facets(
    items: Iterable[Mapping[str, Any]], ours: Iterable[str]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Return the facets of one key that *ours* names, and what is wrong with the unreadable ones.

    Items of other sort keys belong to others.
    """
    facets, unreadable, names = {}, {}, set(ours)
    for item in items:
        if (name := str(item["sk"])) in names:
            try:
                facets[name] = read_facet(item)
            except UnreadableItem as error:
                unreadable[name] = error.problem
    return facets, unreadable


def _needed(name: str, state: str) -> list[str]:
    """Return the attributes without which a facet cannot be understood."""
    if state == State.GONE:
        return ["rev"]
    needed = ["rev", "version_id", "owner", "bytes", "uploaded_at"]
    if state == State.REJECTED:
        return [*needed, "reason"]
    return needed + {METADATA: ["format"], THUMBNAILS: ["variants"]}.get(name, [])


@dataclass(frozen=True)
class Fence:
    """The facet as it stood before the work began: ``rev`` is 0 where there was none to read.

    ``item`` is the facet, empty if there was none to read. ``stored`` is the revision as it lies
    in the table, of whatever type, or `ABSENT`.
    """

    key: str
    facet: str
    rev: int
    item: Mapping[str, Any] = field(default_factory=dict, compare=False)
    stored: Any = ABSENT

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
        readable, _ = read_facets([item] if item else [], [facet])
        known = readable.get(facet, {})
        return Fence(key, facet, revision_of(item), known, item.get("rev", ABSENT))

    def write(self, fence: Fence, attributes: Mapping[str, Any]) -> int | None:
        """Replace the facet if nobody has written it since *fence* was read.

        The revision rises even when nothing else changes: an unchanged facet may be the answer to
        an older question, and a slower writer must see that it was asked again. A facet that cannot
        be read is replaced like any other.

        Returns:
            The new revision, or ``None`` if the race was lost.
        """
        rev = fence.next_rev()
        item = {"pk": fence.key, "sk": fence.facet, "rev": rev, **attributes}
        try:
            self._table.put_item(Item=item, ConditionExpression=unchanged("rev", fence.stored))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return None
        return rev
