"""What is true of a quiet world: I1 to I4, checked to the byte."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from darkroom.catalog_indexes import owned
from darkroom.originals import owner_of
from darkroom.reconciliation.checkpoint import PLACE
from tests.convergence import contents
from tests.convergence.decay import SPOILT
from tests.convergence.disagreement import Disagreement
from tests.convergence.live import FACETS, Live, forgotten, live_in
from tests.convergence.memory_expressions import Item
from tests.convergence.seams import VARIANTS, Ports
from tests.convergence.world import World

Lines = dict[tuple[str, str], dict[str, int]]


def check(world: World) -> None:
    """Raise `Disagreement` unless all invariants hold."""
    if wrong := problems(world):
        raise Disagreement(wrong)


def problems(world: World) -> list[str]:
    """Return what is wrong, a line for each; if an item is unreadable, that alone."""
    live = live_in(world)
    return list(_unreadable(world.ports)) or [
        *_catalog(world.ports, live),
        *_thumbnails(world.ports, live),
        *_report(world.ports, live),
        *_messages(world),
        *forgotten(world),
    ]


def _unreadable(ports: Ports) -> Iterator[str]:
    """Yield each item that `decay` made unreadable and nobody has replaced."""
    for stored in (ports.catalog, ports.report):
        for name, item in stored.items.items():
            if SPOILT in item.values():
                yield f"I1: {name} is still unreadable: {item}"


def _catalog(ports: Ports, live: dict[str, Live]) -> Iterator[str]:
    items = ports.catalog.items
    for key, of_key in live.items():
        for facet in FACETS:
            wanted = expected_facet(facet, of_key)
            if facet == "METADATA":
                wanted["owned_state"] = owned(owner_of(key), wanted["state"])
            found = items.get((key, facet), {})
            wrong = {name: found.get(name) for name in wanted if found.get(name) != wanted[name]}
            if wrong:
                told = {name: wanted[name] for name in wrong}
                yield f"I1: {facet} of {key!r} says {wrong}, true is {told}"
    for (key, facet), item in items.items():
        if facet not in FACETS:
            yield f"I1: the catalog has {key!r} {facet}"
        elif key not in live and (item["state"] != "GONE" or "expires_at" not in item):
            yield f"I1: {facet} of {key!r} is {item['state']}, but the object is gone"
        elif key not in live and any(name.startswith("owned_") for name in item):
            yield f"I1: an index still finds {facet} of {key!r}, but the object is gone"


def expected_facet(facet: str, live: Live) -> Item:
    """Return what must be said of a version, whoever says it and when."""
    version = live.version
    wanted: Item = {"version_id": version.version_id, "bytes": len(version.content)}
    if reason := live.reasons[facet]:
        return wanted | {"state": "REJECTED", "reason": reason}
    if facet == "METADATA":
        wanted["sha256"] = contents.digest_of(version.content)
        wanted["format"] = contents.format_of(version.content)
    return wanted | {"state": "READY"}


def _thumbnails(ports: Ports, live: dict[str, Live]) -> Iterator[str]:
    named: dict[str, bytes] = {}
    for key, of_key in live.items():
        variants: dict[str, Any] = ports.catalog.items.get((key, "THUMBNAILS"), {}).get(
            "variants", {}
        )
        if set(variants) != (set() if of_key.reasons["THUMBNAILS"] else set(VARIANTS)):
            yield f"I2: {key!r} names {sorted(variants)}"
        for name, variant in variants.items():
            named[variant["key"]] = contents.thumbnail_of(of_key.version.content, name)
    stored = {name: v[-1].content for name, v in ports.s3.buckets["thumbnails"].keys.items()}
    for name in sorted(named.keys() | stored.keys()):
        if named.get(name) != stored.get(name):
            yield f"I2: {name} should be {named.get(name)!r}, is {stored.get(name)!r}"


def _report(ports: Ports, live: dict[str, Live]) -> Iterator[str]:
    wanted: dict[tuple[str, str], Counter[str]] = {}
    for of_key in live.values():
        for line, amounts in _counted(of_key):
            wanted.setdefault(line, Counter()).update(amounts)
    found: dict[tuple[str, str], Counter[str]] = {}
    for (pk, sk), item in ports.report.items.items():
        if not pk.startswith(("LEDGER#", PLACE["pk"])):
            amounts = {n: int(item[n]) for n in item.keys() - {"pk", "sk", "moves"}}
            found.setdefault((pk.partition("#")[0], sk), Counter()).update(amounts)
    for line in wanted.keys() | found.keys():
        told, true = (
            {name: n for name, n in each.get(line, {}).items() if n} for each in (found, wanted)
        )
        if told != true:
            yield f"I3: {line} counts {told}, true is {true}"
    yield from _ledger(ports, live)


def _counted(live: Live) -> Iterator[tuple[tuple[str, str], dict[str, int]]]:
    version, reason = live.version, live.reasons["METADATA"]
    size = len(version.content)
    kind = f"REJECTED {reason}" if reason else f"READY {contents.format_of(version.content)}"
    amounts = {"objects": 1, "bytes": size, "rejected": int(bool(reason))}
    amounts |= {f"objects {kind}": 1, f"bytes {kind}": size}
    yield ("DAY", version.modified.date().isoformat()), amounts
    amounts |= {"thumbnails_bytes": live.shelved}
    yield ("ALL", "ALL"), amounts
    yield ("OWNER", version.key.partition("/")[0]), amounts


def _ledger(ports: Ports, live: dict[str, Live]) -> Iterator[str]:
    counted = {
        (pk.removeprefix("LEDGER#"), facet): (
            item["counted"].get("bytes", item["counted"].get("thumbnails_bytes")),
            item["counted"].get("day"),
        )
        for (pk, facet), item in ports.report.items.items()
        if pk.startswith("LEDGER#") and item.get("counted")
    }
    true: dict[tuple[str, str], tuple[int, str | None]] = {
        (key, "METADATA"): (len(v.content), v.modified.date().isoformat())
        for key, v in ((key, of_key.version) for key, of_key in live.items())
    }
    true |= {(key, "THUMBNAILS"): (v.shelved, None) for key, v in live.items() if v.shelved}
    if counted != true:
        yield f"I3: the ledger has {counted}, true is {true}"


def _messages(world: World) -> Iterator[str]:
    for consumer, queue in world.queues.items():
        if queue.waiting or queue.sent != queue.acknowledged + len(queue.dead):
            yield f"I4: {consumer}: of {queue.sent} messages {queue.acknowledged} are done"
        for message in queue.dead:
            if message.reason is None:
                yield f"I4: {consumer}: {message.name} was given up without a reason"
            elif message.key:
                yield f"I4: {consumer}: {message.name} was given up: {message.reason!r}"
