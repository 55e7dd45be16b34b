"""What there is to say of a picture, from what all of its facets say now."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Facet = Mapping[str, Any]
Facets = Mapping[str, Facet]

READY, REJECTED, REMOVED = "image.ready", "image.rejected", "image.removed"
# What other systems are told of a facet; its revision and the time of its writing are not.
TOLD = ("state", "version_id", "reason", "variants")
REV_DIGITS = 15


@dataclass(frozen=True)
class Event:
    """One thing to say; ``detail`` is JSON."""

    kind: str
    detail: str


@dataclass(frozen=True)
class Change:
    """One write of a facet: as it was before, as it was after, ``None`` where there was none."""

    key: str
    facet: str
    before: Facet | None
    after: Facet | None

    @property
    def is_news(self) -> bool:
        """Whether others can see a difference.

        A facet that is written anew because its question was asked again says the same, and an
        expired tombstone that DynamoDB takes away says nothing.
        """
        return self.after is not None and _told(self.before) != _told(self.after)


def event_of(change: Change, facets: Facets, expected: Sequence[str]) -> Event | None:
    """Return what is to be said after *change*, of a picture whose *facets* are these by now.

    ``None`` while its facets do not agree: whichever is written last has a change of its own.
    """
    known = {name: facets[name] for name in expected if name in facets}
    live = {name: facet for name, facet in known.items() if facet["state"] != "GONE"}
    if not live:
        return _removed(change, known)
    versions = {facet["version_id"] for facet in live.values()}
    if len(live) < len(expected) or len(versions) > 1:
        return None
    refused = [facet for facet in live.values() if facet["state"] == "REJECTED"]
    return _rejected(change.key, known, refused[0]) if refused else _ready(change.key, known)


def id_of(key: str) -> str:
    """Return a key as it can stand in a URL: unpadded base64url of its UTF-8."""
    return urlsafe_b64encode(key.encode()).rstrip(b"=").decode()


def rev_of(facets: Facets) -> str:
    """Return text that is greater the later any of *facets* was written.

    Each facet's revision rises with every write. Sorted from the largest on, the list of them
    rises in the order of lists with any of its members; digits make that the order of texts.
    """
    revs = sorted((int(facet["rev"]) for facet in facets.values()), reverse=True)
    return "-".join(f"{rev:0{REV_DIGITS}}" for rev in revs)


def _ready(key: str, facets: Facets) -> Event:
    any_facet = next(iter(facets.values()))
    found = (facet["variants"] for facet in facets.values() if "variants" in facet)
    variants: Mapping[str, Any] = next(found, {})
    return _event(READY, key, facets, any_facet, state="READY", variants=variants)


def _rejected(key: str, facets: Facets, refused: Facet) -> Event:
    why = {"reason": refused["reason"], "explanation": refused.get("detail", "")}
    return _event(REJECTED, key, facets, refused, state="REJECTED", **why)


def _removed(change: Change, facets: Facets) -> Event | None:
    """Say it only if the change tells of something that was there: facets may go one by one."""
    before = change.before
    if not facets or before is None or before["state"] == "GONE":
        return None
    return _event(REMOVED, change.key, facets, before, state="GONE")


def _event(kind: str, key: str, facets: Facets, about: Facet, **more: Any) -> Event:
    detail = {
        "key": key,
        "id": id_of(key),
        "owner": about["owner"],
        "version_id": about["version_id"],
        "rev": rev_of(facets),
        **more,
    }
    # DynamoDB's numbers here are whole.
    text = json.dumps(detail, ensure_ascii=False, separators=(",", ":"), default=int)
    return Event(kind, text)


def _told(facet: Facet | None) -> tuple[Any, ...]:
    return tuple((facet or {}).get(name) for name in TOLD)
