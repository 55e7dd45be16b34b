"""What is true of an object that is there: its version, and why each facet may refuse it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from darkroom.catalog import read_facets
from darkroom.refusals import UNREAD, Reason
from tests.convergence import contents
from tests.convergence.memory_versions import Version
from tests.convergence.seams import VARIANTS
from tests.convergence.world import World

FACETS = ("METADATA", "THUMBNAILS")


@dataclass(frozen=True)
class Live:
    """A current version; ``reasons`` has for each facet why it refuses it, if it does."""

    version: Version
    reasons: Mapping[str, Reason | None]

    @property
    def shelved(self) -> int:
        """How many bytes of thumbnails there must be."""
        if self.reasons["THUMBNAILS"]:
            return 0
        return sum(len(contents.thumbnail_of(self.version.content, name)) for name in VARIANTS)


def live_in(world: World) -> dict[str, Live]:
    """Return all objects that are there, by key."""
    originals = world.ports.s3.buckets["originals"]
    current = {key: found for key in originals.keys if (found := originals.current(key))}
    return {
        key: Live(version, {facet: _reason(world, version, facet) for facet in FACETS})
        for key, version in current.items()
    }


def _reason(world: World, version: Version, facet: str) -> Reason | None:
    """Return why *facet* refuses a version; ARCHIVED where it says so and may.

    What is in an archive may have been read before.
    """
    by_size = contents.refusal_by_size(version.content)
    if by_size or version.key_md5:
        return by_size or Reason.UNREADABLE
    item = world.ports.catalog.items.get((version.key, facet), {})
    if item.get("reason") == Reason.ARCHIVED and _may_be_archived(world, version):
        return Reason.ARCHIVED
    return contents.refusal_of(version.content)


def _may_be_archived(world: World, version: Version) -> bool:
    """Tell whether a version is in an archive, or came back from one that no listing tells of."""
    untold = version.storage_class == "INTELLIGENT_TIERING" and bool(world.lost)
    return untold or version.is_archived(world.ports.now())


def forgotten(world: World) -> Iterator[str]:
    """Yield each facet that was made of a version's bytes and then says that none can be read.

    That is right if its thumbnails were lost meanwhile, or if it could not be read itself.
    """
    lost = any(each.startswith("thumbnails ") for each in world.lost)
    for change in world.ports.catalog.changes:
        old, new = change.old or {}, change.new or {}
        key, facet = change.name
        readable, _ = read_facets([{**old, "pk": key, "sk": facet}], [facet])
        was_read = old.get("state") in ("READY", "REJECTED") and old.get("reason") not in UNREAD
        same = old.get("version_id") == new.get("version_id")
        forgets = readable and was_read and same and new.get("reason") in UNREAD
        if forgets and (facet == "METADATA" or not lost):
            yield f"I1: {facet} of {key!r} was {old['state']}, is made {new['reason']}"
