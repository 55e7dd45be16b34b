"""Makes one facet of an object equal to what the bucket holds now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from darkroom.aws import s3, table
from darkroom.backoff import attempts
from darkroom.catalog import Catalog, Fence, State
from darkroom.observability import count, logger
from darkroom.originals import Original, Originals
from darkroom.refusals import UNREAD, Refused
from darkroom.service_level import answered

ATTEMPTS = 10

Describe = Callable[[Original, Fence], dict[str, Any]]
Index = Callable[[Mapping[str, Any]], Mapping[str, Any]]
IsStored = Callable[[Mapping[str, Any]], bool]


class Needs(Protocol):
    """What a consumer's settings say of where it reads and writes."""

    @property
    def originals_bucket(self) -> str: ...
    @property
    def catalog_table(self) -> str: ...
    @property
    def tombstone_days(self) -> int: ...
    @property
    def slo_ready_seconds(self) -> int: ...


class FenceLost(Exception):
    """Others kept writing the same facet; a later delivery of the message will find it quiet."""


@dataclass(frozen=True)
class Facet:
    """A facet as this function has just written it."""

    key: str
    rev: int
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Convergence:
    """One consumer's facet of every object: where it reads, where it writes, what it finds out.

    ``index`` adds the attributes by which the catalog's indexes find a facet that is no tombstone.
    ``is_stored`` tells whether all that a facet names is stored.
    """

    facet: str
    originals: Originals
    catalog: Catalog
    tombstone_days: int
    slo_ready_seconds: int
    index: Index = lambda _: {}
    is_stored: IsStored = lambda _: True

    @classmethod
    def of(
        cls, facet: str, needs: Needs, index: Index = index, is_stored: IsStored = is_stored
    ) -> "Convergence":
        """Return the rules for *facet* over the bucket and the table that *needs* names."""
        originals = Originals(needs.originals_bucket, s3())
        catalog = Catalog(table(needs.catalog_table))
        days, seconds = needs.tombstone_days, needs.slo_ready_seconds
        return cls(facet, originals, catalog, days, seconds, index, is_stored)

    def converge(self, key: str, describe: Describe) -> Facet:
        """Write the facet that *describe* makes of the current version of *key*.

        The order is the point: first the fence, then the bucket, then the work, then the write on
        condition of the fence. Whoever loses that race starts over with what is true by then.
        *describe* may raise `Refused`, which is recorded; whatever else it raises passes through.

        Raises:
            FenceLost: after losing `ATTEMPTS` times.
        """
        logger.append_keys(bucket=self.originals.bucket)
        for _ in attempts(ATTEMPTS):
            fence = self.catalog.fence(key, self.facet)
            with self.originals.open(key) as original:
                attributes = self._find(original, fence, describe)
            rev = self.catalog.write(fence, attributes)
            if rev is not None:
                self._tell(rev, attributes, fence)
                return Facet(key, rev, attributes)
            count("FenceLost")
        raise FenceLost(f"{self.facet} of {key!r} was written by others {ATTEMPTS} times")

    def _tell(self, rev: int, attributes: dict[str, Any], fence: Fence) -> None:
        said: dict[str, Any] = {"rev": rev, "state": attributes["state"]}
        count(attributes["state"].title())
        # A repeated event finds the version described already: it says nothing of how long
        # the upload had waited.
        is_first = attributes.get("version_id", fence.version_id) != fence.version_id
        uploaded_at = attributes["uploaded_at"] if is_first else None
        if (waited := answered(uploaded_at, self.slo_ready_seconds)) is not None:
            said["waited_ms"] = waited
        logger.info("facet written", extra=said)

    def _find(self, original: Original | None, fence: Fence, describe: Describe) -> dict[str, Any]:
        logger.append_keys(version=original.version_id if original else None)
        if original is None:
            return tombstone(datetime.now(UTC), self.tombstone_days)
        found = _facts(original)
        try:
            found |= {"state": State.READY, **describe(original, fence)}
        except Refused as refused:
            if refused.reason in UNREAD and (known := self._known(original, fence)):
                return known
            logger.warning("picture refused", extra={"reason": refused.reason})
            found |= {"state": State.REJECTED, "reason": refused.reason, "detail": refused.detail}
            found |= refused.known
        found |= self.index(found)
        return {**found, "recorded_at": timestamp(datetime.now(UTC))}

    def _known(self, original: Original, fence: Fence) -> dict[str, Any] | None:
        """Return the facet as it stands, if it was made of this version's bytes.

        A version that was read has been moved to an archive since, or its restored copy has
        expired. Its bytes are the same: what was found in them stays true, as long as what was
        made of them is stored. It says when it was found, not when that was confirmed.
        """
        item = fence.item
        was_read = item.get("state") in (State.READY, State.REJECTED)
        if item.get("version_id") != original.version_id or item.get("reason") in UNREAD:
            return None
        if not (was_read and self.is_stored(item)):
            return None
        kept = {name: item[name] for name in item.keys() - {"pk", "sk", "rev"}} | _facts(original)
        return {**kept, **self.index(kept)}


def _facts(original: Original) -> dict[str, Any]:
    return {
        "version_id": original.version_id,
        "owner": original.owner,
        "bytes": original.size,
        "content_type": original.content_type,
        "uploaded_at": timestamp(original.uploaded_at),
    }


def tombstone(now: datetime, days: int) -> dict[str, Any]:
    """Return the attributes of a facet whose object is gone; DynamoDB removes it after *days*."""
    expires_at = int((now + timedelta(days=days)).timestamp())
    return {"state": State.GONE, "recorded_at": timestamp(now), "expires_at": expires_at}


def timestamp(moment: datetime) -> str:
    """Return *moment* as ISO 8601 in UTC with milliseconds, which sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
