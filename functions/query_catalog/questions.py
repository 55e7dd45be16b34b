"""A question about pictures: which index answers it, and what is left to be filtered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from darkroom.catalog_indexes import (
    BY_CAMERA,
    BY_KIND,
    BY_STATE,
    BY_TAKEN,
    BY_UPLOAD,
    Index,
    owned,
)
from darkroom.refusals import Reason
from functions.query_catalog.parameters import (
    Read,
    local_moment,
    moment,
    number,
    one_of,
    text,
)
from functions.query_catalog.problems import Fault

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIF")
READY, REJECTED, DEVELOPING = STATES = ("READY", "REJECTED", "DEVELOPING")
SORTS = ("-uploaded", "uploaded", "-taken", "taken")
DEFAULT_LIMIT, MOST = 100, 200
LARGEST = 10**15 - 1
SIZES = ("min_width", "min_height", "min_bytes", "max_bytes")
READERS: Mapping[str, Read] = {
    "owner": text,
    "uploaded_from": moment,
    "uploaded_to": moment,
    "taken_from": local_moment,
    "taken_to": local_moment,
    "format": one_of(*FORMATS),
    "reason": one_of(*Reason),
    "camera": text,
    "state": one_of(*STATES),
    **dict.fromkeys(SIZES, number(0, LARGEST)),
    "sort": one_of(*SORTS),
    "limit": number(1, MOST),
    "cursor": text,
}

Tile = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """What one query on ``index`` answers: ``least`` and ``most`` bound what it is sorted by."""

    index: Index
    partition: str
    least: str | None
    most: str | None
    newest_first: bool
    filters: tuple[tuple[str, Any], ...]

    def fits(self, tile: Tile) -> bool:
        """Tell whether *tile* is what the filters want."""
        return all(FITS[name](tile, wanted) for name, wanted in self.filters)

    def within(self, place: str) -> bool:
        """Tell whether a page may begin at *place*."""
        least, most = self.least or "", self.most or place
        return least <= place <= most

    @property
    def name(self) -> str:
        """What tells it from every other question: a cursor's mark is made of it."""
        return repr(self)


def faults_of(asked: Mapping[str, Any]) -> list[Fault]:
    """Return what no index answers, each with the alternatives."""
    faults = []
    taken = [name for name in ("taken_from", "taken_to") if name in asked]
    uploaded = [name for name in ("uploaded_from", "uploaded_to") if name in asked]
    sort = asked.get("sort", "")
    if (taken or "taken" in sort) and (uploaded or "uploaded" in sort):
        allowed = ["uploaded_from, uploaded_to, sort=-uploaded or uploaded"]
        allowed += ["taken_from, taken_to, sort=-taken or taken"]
        told = "pictures are found by when they were uploaded or by when they were taken, not both"
        faults += [Fault(f"query.{(taken or uploaded or ['sort'])[0]}", told, allowed)]
    if "reason" in asked and asked.get("state", REJECTED) != REJECTED:
        faults.append(Fault("query.reason", "only refused pictures have one", ["state=REJECTED"]))
    for least, most in (("uploaded_from", "uploaded_to"), ("taken_from", "taken_to")):
        if least in asked and most in asked and asked[least] >= asked[most]:
            faults.append(Fault(f"query.{most}", f"must be later than {least}"))
    if asked.get("min_bytes", 0) > asked.get("max_bytes", LARGEST):
        faults.append(Fault("query.max_bytes", "must not be less than min_bytes"))
    return faults


def question_of(owner: str, asked: Mapping[str, Any]) -> Question:
    """Return the question that *asked*, which has no faults, puts about what *owner* has."""
    sort = asked.get("sort") or ("-taken" if _by_taken(asked) else "-uploaded")
    index, partition, answered = _partition(owner, asked)
    filters = {name: asked[name] for name in FITS if name in asked and name not in answered}
    least, most = _by_camera_clock(asked) if index is BY_TAKEN else _by_utc(asked)
    ordered = tuple(sorted(filters.items()))
    return Question(index, partition, least, most, sort.startswith("-"), ordered)


def _by_taken(asked: Mapping[str, Any]) -> bool:
    return "taken" in asked.get("sort", "") or "taken_from" in asked or "taken_to" in asked


def _partition(owner: str, asked: Mapping[str, Any]) -> tuple[Index, str, tuple[str, ...]]:
    """Return the index, its partition, and which parameters need no filter any more.

    Of several that have an index the one goes first whose partitions are the smallest. A state is
    never left to an index alone: what develops and what is ready lie in the same partition.
    """
    if _by_taken(asked):
        return BY_TAKEN, owner, ()
    if reason := asked.get("reason"):
        return BY_KIND, owned(owner, REJECTED, reason), ()
    if asked.get("state") == REJECTED:
        return BY_STATE, owned(owner, REJECTED), ()
    if camera := asked.get("camera"):
        return BY_CAMERA, owned(owner, camera), ("camera",)
    if kind := asked.get("format"):
        return BY_KIND, owned(owner, READY, kind), ("format",)
    if "state" in asked:
        return BY_STATE, owned(owner, READY), ()
    return BY_UPLOAD, owner, ()


def _by_utc(asked: Mapping[str, Any]) -> tuple[str | None, str | None]:
    begin, end = asked.get("uploaded_from"), asked.get("uploaded_to")
    last = end - timedelta(milliseconds=1) if end else None
    return begin and _utc(begin), last and _utc(last)


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _by_camera_clock(asked: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Bound texts of which some are a day only, which comes before the same day's midnight."""
    begin, end = asked.get("taken_from"), asked.get("taken_to")
    last = end - timedelta(seconds=1) if end else None
    return begin and _clock(begin).removesuffix("T00:00:00"), last and _clock(last)


def _clock(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat()


FITS: Mapping[str, Callable[[Tile, Any], bool]] = {
    "format": lambda tile, wanted: tile.get("format") == wanted,
    "reason": lambda tile, wanted: tile.get("reason") == wanted,
    "camera": lambda tile, wanted: tile.get("camera") == wanted,
    "state": lambda tile, wanted: tile["state"] == wanted,
    "min_width": lambda tile, wanted: (tile.get("width") or 0) >= wanted,
    "min_height": lambda tile, wanted: (tile.get("height") or 0) >= wanted,
    "min_bytes": lambda tile, wanted: tile["bytes"] >= wanted,
    "max_bytes": lambda tile, wanted: tile["bytes"] <= wanted,
}
