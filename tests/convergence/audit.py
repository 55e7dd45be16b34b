"""What a sweep writes into the report is right at the moment when it is written.

A later sweep would make good what an earlier one spoilt, and hide it.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from darkroom.ledger import shard_of
from tests.convergence.disagreement import Disagreement
from tests.convergence.gate import Effect
from tests.convergence.seams import SHARDS, Ports


def audited(ports: Ports, effect: Effect) -> Effect:
    """Return *effect*, a transaction of a sweep, with what it wrote looked at."""

    def transact(**request: Any) -> Any:
        answer = effect(**request)
        if wrong := list(_wrong(ports, request["TransactItems"])):
            raise Disagreement(wrong)
        return answer

    return transact


def _wrong(ports: Ports, actions: list[Any]) -> Iterator[str]:
    for item in (action["Put"]["Item"] for action in actions if "Put" in action):
        dimension, _, shard = item["pk"].partition("#")
        counted = _counted(ports, dimension, item["sk"], int(shard))
        told = {n: int(item[n]) for n in item.keys() - {"pk", "sk", "moves"} if item[n]}
        if told != counted:
            yield f"I3: a sweep makes {dimension} {item['sk']} {told}, the ledger has {counted}"


def _counted(ports: Ports, dimension: str, name: str, shard: int) -> dict[str, int]:
    amounts: Counter[str] = Counter()
    for (pk, facet), item in ports.report.items.items():
        key, counted = pk.removeprefix("LEDGER#"), item.get("counted")
        if not counted or shard_of(key, SHARDS) != shard:
            continue
        lines = {"ALL": "ALL", "OWNER": counted["owner"], "DAY": counted.get("day")}
        if lines[dimension] != name:
            continue
        if facet == "THUMBNAILS":
            amounts["thumbnails_bytes"] += int(counted["thumbnails_bytes"])
        else:
            size, kind = int(counted["bytes"]), f"{counted['state']} {counted['kind']}"
            amounts.update({"objects": 1, "bytes": size, f"objects {kind}": 1})
            amounts.update({f"bytes {kind}": size, "rejected": int(counted["state"] == "REJECTED")})
    return {name: amount for name, amount in amounts.items() if amount}
