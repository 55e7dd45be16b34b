"""The attributes by which the catalog's indexes find a facet, and the keys of those indexes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from darkroom.catalog import State

BANDS = 4
BAND_DIGITS = 4
# A partition's key takes 2,048 bytes, and a camera's name up to 1,604 of them. An owner may be a
# key's first 1,022 bytes, thrice as much when escaped: a longer one would fail every write.
LONGEST_OWNER_BYTES = 256


@dataclass(frozen=True)
class Index:
    """An index of the catalog: its name and the attributes that its key is made of."""

    name: str
    partition: str
    sort: str


BY_UPLOAD = Index("by_upload", "owned_by", "uploaded_at")
BY_TAKEN = Index("by_taken", "owned_by", "taken_at")
BY_KIND = Index("by_kind", "owned_kind", "uploaded_at")
BY_STATE = Index("by_state", "owned_state", "uploaded_at")
BY_CAMERA = Index("by_camera", "owned_camera", "uploaded_at")
BY_CONTENT = Index("by_content", "owned_content", "uploaded_at")
BY_BAND = tuple(Index(f"by_band_{band}", f"owned_band_{band}", "pk") for band in range(BANDS))
INDEXES = (BY_UPLOAD, BY_TAKEN, BY_KIND, BY_STATE, BY_CAMERA, BY_CONTENT, *BY_BAND)
# What an index holds besides keys: enough for a tile and the filters, nothing of what a facet may
# hold without bounds.
OF_A_TILE = (
    "version_id",
    "state",
    "reason",
    "format",
    "width",
    "height",
    "bytes",
    "content_type",
    "camera",
    "uploaded_at",
    "taken_at",
    "owner",
    "recorded_at",
    "expires_at",
)
OF_A_BAND = ("perceptual_hash", "version_id")


def projected(index: Index) -> tuple[str, ...]:
    """Return the attributes that *index* holds besides keys, its own among them."""
    return OF_A_BAND if index in BY_BAND else tuple(n for n in OF_A_TILE if n != index.sort)


def owned(owner: str, *rest: str) -> str:
    """Return the partition of what *owner* has of a kind, a camera, …; no two of them collide.

    Neither ``#`` nor ``%`` stays in the owner, so its end is where the first ``#`` is. One that is
    too long is named by its hash, behind ``%x``, which no other begins with.
    """
    name = owner.replace("%", "%25").replace("#", "%23")
    if len(name.encode()) > LONGEST_OWNER_BYTES:
        name = f"%x{sha256(owner.encode()).hexdigest()}"
    return "#".join((name, *rest))


def of_metadata(facet: Mapping[str, Any]) -> dict[str, str]:
    """Return the index attributes of a METADATA facet that is no tombstone."""
    owner, state = facet["owner"], facet["state"]
    camera = camera_of(facet)
    found = {
        "owned_by": owner,
        "owned_state": owned(owner, state),
        "owned_kind": owned(owner, state, _kind(facet)),
        "owned_content": owned(owner, facet["sha256"]) if "sha256" in facet else "",
        "owned_camera": owned(owner, camera) if camera else "",
        "camera": camera,
    }
    return {name: value for name, value in found.items() if value}


def of_thumbnails(facet: Mapping[str, Any]) -> dict[str, str]:
    """Return the index attributes of a THUMBNAILS facet that is no tombstone.

    A refusal counts here as well: many a header is fine whose pixels are not, and only this facet
    knows. Readers leave it out where METADATA says refused too.
    """
    owner, state = facet["owner"], facet["state"]
    if state == State.REJECTED:
        return {"owned_state": owned(owner, state), "owned_kind": owned(owner, state, _kind(facet))}
    return dict(_bands(owner, facet.get("perceptual_hash", "")))


def indexed(facet: str, item: Mapping[str, Any]) -> bool:
    """Tell whether a live item of *facet* carries what its indexes need; of others nothing is."""
    if facet == "METADATA":
        return item.get("owned_state") == owned(item["owner"], item["state"])
    if facet == "THUMBNAILS":
        return "owned_state" in item or "owned_band_0" in item
    return True


def bands_of(perceptual_hash: str) -> list[str]:
    """Return the 16-bit bands of a hash: two that differ in at most 3 bits share one of four."""
    return [perceptual_hash[at : at + BAND_DIGITS] for at in range(0, BANDS * BAND_DIGITS, 4)]


def camera_of(facet: Mapping[str, Any]) -> str:
    """Return make and model in one text, as shown to people; empty if neither is told.

    Many a model begins with its make.
    """
    make, model = facet.get("camera_make", ""), facet.get("camera_model", "")
    if model.casefold().startswith(make.casefold()):
        return str(model)
    return f"{make} {model}".strip()


def _kind(facet: Mapping[str, Any]) -> str:
    return str(facet.get("reason" if facet["state"] == State.REJECTED else "format", ""))


def _bands(owner: str, perceptual_hash: str) -> Iterator[tuple[str, str]]:
    if perceptual_hash:
        for index, band in zip(BY_BAND, bands_of(perceptual_hash), strict=True):
            yield index.partition, owned(owner, band)
