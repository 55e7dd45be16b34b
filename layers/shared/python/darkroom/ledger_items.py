"""The items of the report table: their keys, and reading them as the ledger writes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from darkroom.contribution import COUNTED, Contribution, Total, remembered
from darkroom.items import ABSENT, check, is_integer, shown

DIMENSIONS = ("ALL", "OWNER", "DAY")
ENTRIES = "LEDGER#"
MOVES = "moves"
POSITION_DIGITS = 40  # the longest sequence number that a stream gives
# Together with any amount that is added, a total stays within the 38 digits of DynamoDB's numbers.
MAX_TOTAL = 10**30


@dataclass(frozen=True)
class Entry:
    """What the ledger last counted for an object, and up to where in the stream.

    ``stored`` is the position as it lies in the table, of whatever type, or `ABSENT`.
    """

    position: str
    contribution: Contribution | None
    stored: Any = ABSENT


def line_key(total: Total, shard: int) -> dict[str, str]:
    """Return the key of a total's item in a shard."""
    return {"pk": f"{total.dimension}#{shard}", "sk": total.name}


def entry_key(key: str, facet: str) -> dict[str, str]:
    """Return the key of an object's entry."""
    return {"pk": f"{ENTRIES}{key}", "sk": facet}


def is_entry(item: Mapping[str, Any]) -> bool:
    """Return whether an item of the table is an entry of ours, readable or not."""
    return str(item["pk"]).startswith(ENTRIES) and item["sk"] in COUNTED


def read_entry(item: Mapping[str, Any]) -> Entry:
    """Return what an entry says.

    Raises:
        UnreadableItem: if it has another shape than we write.
    """
    key, facet = str(item["pk"]).removeprefix(ENTRIES), str(item["sk"])
    what = f"the ledger entry {facet}"
    check(key, what, item, {"position": is_position, "counted": is_mapping}, ["position"])
    if "counted" in item:
        rules = COUNTED[facet].RULES
        check(key, what, item["counted"], rules, rules)
    return Entry(item["position"], remembered(facet, item), item["position"])


def read_line(item: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, str]]:
    """Return the amounts of a total in a shard, and what is wrong with the unreadable ones.

    ``moves`` is no amount, but changes are added to it as well.
    """
    amounts = {name: value for name, value in item.items() if name not in ("pk", "sk")}
    wrong = {name: shown(value) for name, value in amounts.items() if not is_amount(value)}
    readable = amounts.keys() - wrong.keys() - {MOVES}
    return {name: int(amounts[name]) for name in readable}, wrong


def line_shard(pk: str) -> int | None:
    """Return the shard that a total's partition key names; ``None`` if it is no total of ours."""
    dimension, _, shard = pk.partition("#")
    is_line = dimension in DIMENSIONS and re.fullmatch("0|[1-9][0-9]{0,5}", shard)
    return int(shard) if is_line else None


def is_amount(value: Any) -> bool:
    """Return whether another amount can be added to *value*."""
    return is_integer(value) and abs(value) <= MAX_TOTAL


def is_position(value: Any) -> bool:
    """Return whether *value* is a position as `Ledger` writes it."""
    return isinstance(value, str) and bool(re.fullmatch(f"[0-9]{{{POSITION_DIGITS}}}", value))


def is_mapping(value: Any) -> bool:
    """Return whether *value* is a map."""
    return isinstance(value, Mapping)
