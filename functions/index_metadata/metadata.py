"""Pictures in, what is worth knowing about them out."""

from collections.abc import Callable
from typing import Any, TypeVar

from darkroom.pictures import Picture, exif, open_picture
from darkroom.pictures.opening import refusing
from functions.index_metadata.captions import captions
from functions.index_metadata.exif import Exif, camera
from functions.index_metadata.exif_damage import check_exif
from functions.index_metadata.header import bit_depth, mismatched
from functions.index_metadata.icc import profile_name
from functions.index_metadata.iptc import iptc_block, read_iptc
from functions.index_metadata.location import Precision, location
from functions.index_metadata.taken import taken
from functions.index_metadata.xmp import read_xmp

Found = TypeVar("Found")
Texts = dict[str, str]


def read_metadata(
    content: bytes, max_memory: int, *, declared: str = "", gps: Precision = "off"
) -> dict[str, Any]:
    """Read what a picture says of itself, without decoding it; what it does not say is left out.

    *content* may end early where the format's header comes first; *max_memory* is what decoding it
    may take, though it is not decoded here; *declared* is the content type that the upload claimed.

    Raises:
        Refused: if it is not a picture that we take.
    """
    picture = open_picture(content, max_memory)
    with refusing(content, picture.format):
        found = _pixels(picture, declared) | _words(picture, gps)
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _pixels(picture: Picture, declared: str) -> dict[str, Any]:
    return {
        "format": picture.format,
        "content_type_mismatch": mismatched(declared, picture.format),
        "width": picture.width,
        "height": picture.height,
        "orientation": picture.orientation,
        "frames": picture.frames,
        "mode": picture.image.mode,
        "bit_depth": bit_depth(picture.image, picture.content),
        "alpha": picture.image.has_transparency_data,
        **dict.fromkeys(picture.notes, True),
    }


def _words(picture: Picture, gps: Precision) -> dict[str, Any]:
    spared, image = Spared(), picture.image
    spared.read("EXIF", check_exif, image.info.get("exif"))
    block = Exif.of(exif(image))
    news: Texts = spared.read("IPTC", read_iptc, iptc_block(image)) or {}
    properties: Texts = spared.read("XMP", read_xmp, image.info.get("xmp")) or {}
    return {
        "profile_name": spared.read("ICC", profile_name, picture.profile),
        **camera(block),
        **taken(block, news, properties),
        **captions(block.main, news, properties),
        **location(block.gps, gps),
        "damaged": [*picture.damaged, *spared.damaged],
    }


class Spared:
    """Reads blocks whose damage costs the block, not the picture."""

    def __init__(self) -> None:
        self.damaged: list[str] = []

    def read(self, name: str, read: Callable[[Any], Found], block: Any) -> Found | None:
        """Read a block if there is one; note its *name* if that fails."""
        try:
            return read(block) if block else None
        except Exception:  # whatever the damage makes of it
            self.damaged.append(name)
            return None
