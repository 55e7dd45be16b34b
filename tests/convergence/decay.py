"""What is lost or spoilt behind the system's back, and only a sweep can notice."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from darkroom.reconciliation.checkpoint import PLACE
from darkroom.thumbnail_names import attempt_folder
from tests.convergence.seams import Ports
from tests.convergence.world import World

# What no writer of ours writes.
SPOILT = ["spoilt"]
OF_A_FACET = ("state", "rev", "version_id", "variants", "recorded_at", "bytes")


def decay(world: World, where: str, name: Any) -> None:
    """Lose a facet, an entry of the ledger or a thumbnail, or spoil a line of the report.

    Or leave behind a thumbnail as a worker does that dies under a revision of the far future. Or
    make an item unreadable.
    """
    ports = world.ports
    if where == "unreadable":
        _spoil(world, *name)
    elif where == "stranded":
        ports.s3._put("thumbnails", _stranded(ports, name), b"left behind")
    elif where == "thumbnails":
        if name not in ports.s3.buckets[where].keys:
            return
        ports.s3._delete(where, name)
    else:
        stored = getattr(ports, where)
        item = stored.items.get(name)
        if item is None:
            return
        entry = "position" in item
        world.uncounted = world.uncounted or entry
        stored.write(name, None if where == "catalog" or entry else item | {"bytes": Decimal(7)})
    world.note(f"decay: {where} {name}")
    world.lost.append(f"{where} {name}")


def spoilable(ports: Ports) -> Iterator[tuple[str, tuple[str, str], str]]:
    """Yield the table, the name and an attribute of what can be made unreadable."""
    for name, item in ports.catalog.items.items():
        yield from (("catalog", name, each) for each in OF_A_FACET if each in item)
    for name, item in ports.report.items.items():
        if name[0] != PLACE["pk"]:
            yield from (("report", name, each) for each in item.keys() - {"pk", "sk", "expires_at"})


def _spoil(world: World, table: str, name: tuple[str, str], attribute: str) -> None:
    stored = getattr(world.ports, table)
    item = stored.items.get(name)
    if item is not None:
        world.uncounted = world.uncounted or table == "report"
        stored.write(name, item | {attribute: SPOILT})


def _stranded(ports: Ports, key: str) -> str:
    fence = round((ports.now() + timedelta(days=100)).timestamp() * 1000)
    return f"{attempt_folder(key, fence, 'version')}small.jpg"
