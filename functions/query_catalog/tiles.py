"""What a grid shows of a picture, out of its facets."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import Binary

from darkroom.catalog import State
from darkroom.refusals import MEANINGS, Reason
from functions.query_catalog.identifiers import id_of
from functions.query_catalog.questions import DEVELOPING, READY, REJECTED

# Two device pixels to each of a tile's.
LONG_EDGE = 256
SHOWN = ("format", "width", "height", "bytes", "content_type", "camera", "taken_at", "uploaded_at")

Facet = Mapping[str, Any]
Sign = Callable[[str], str]


def live(facet: Facet | None, now: float) -> Facet | None:
    """Return *facet* unless its object is gone, or itself has expired: DynamoDB deletes late."""
    if facet is None or facet["state"] == State.GONE:
        return None
    return None if 0 < facet.get("expires_at", 0) <= now else facet


def state_of(metadata: Facet | None, thumbnails: Facet | None) -> dict[str, Any]:
    """Return the state of a picture whose facets are live, and why it is refused if it is.

    It develops until both tell of the same version.
    """
    facets = [facet for facet in (metadata, thumbnails) if facet]
    if len({facet["version_id"] for facet in facets}) == 1:
        for facet in facets:
            if facet["state"] == State.REJECTED:
                return _refusal(facet, facets)
        if len(facets) == 2:
            return {"state": READY}
    elif metadata and metadata["state"] == State.REJECTED:
        return _refusal(metadata, facets[:1])
    return {"state": DEVELOPING}


def _refusal(facet: Facet, facets: list[Facet]) -> dict[str, Any]:
    reason = facet["reason"]
    told = {"state": REJECTED, "reason": reason}
    details = [each.get("detail") for each in facets if each.get("reason") == reason]
    if detail := next(filter(None, details), None):
        told["detail"] = detail
    if reason in MEANINGS:
        told["hint"] = MEANINGS[Reason(reason)]
    return told


def tile(key: str, metadata: Facet | None, thumbnails: Facet | None) -> dict[str, Any] | None:
    """Return the tile of a picture, its thumbnail unsigned yet; ``None`` if no facet is live."""
    described = metadata or thumbnails
    if described is None:
        return None
    found: dict[str, Any] = {"id": id_of(key), "key": key, "owner": described["owner"]}
    found |= {"version_id": described["version_id"], **state_of(metadata, thumbnails)}
    found |= {name: described[name] for name in SHOWN if name in described}
    if thumbnails and thumbnails["version_id"] == described["version_id"]:
        found |= {n: thumbnails[n] for n in ("placeholder", "dominant_colour") if n in thumbnails}
        if variants := thumbnails.get("variants"):
            found["thumbnail"] = _for_a_grid(variants)
    return found


def signed(tile: dict[str, Any], sign: Sign) -> dict[str, Any]:
    """Return *tile* with its thumbnail's URL in place of its name."""
    if "thumbnail" not in tile:
        return tile
    variant = tile["thumbnail"]
    kept = {name: variant[name] for name in ("width", "height")}
    return {**tile, "thumbnail": {"url": sign(variant["key"]), **kept}}


def signed_variants(thumbnails: Facet, sign: Sign) -> dict[str, Any]:
    """Return each variant with its URL in place of its name."""
    return {
        name: {"url": sign(each["key"]), **{n: each[n] for n in each if n != "key"}}
        for name, each in thumbnails.get("variants", {}).items()
    }


def _for_a_grid(variants: Mapping[str, Facet]) -> Facet:
    by_size = sorted(variants.values(), key=lambda each: max(each["width"], each["height"]))
    large = [each for each in by_size if max(each["width"], each["height"]) >= LONG_EDGE]
    return (large or by_size[-1:])[0]


def described(facet: Facet | None) -> dict[str, Any] | None:
    """Return all of a facet that is for people: not its keys, nor its indexes' attributes."""
    if facet is None:
        return None
    hidden = ("pk", "sk", "variants", "expires_at")
    return {n: v for n, v in facet.items() if n not in hidden and not n.startswith("owned_")}


def plain(value: Any) -> Any:
    """Return an item as JSON can hold it."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value), key=str)
    return bytes(value).hex() if isinstance(value, bytes | bytearray | Binary) else value  # type: ignore[arg-type]
