"""EXIF: the block in its parts, and what it says of the camera (CIPA DC-008)."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

from functions.index_metadata.numerics import positive
from functions.index_metadata.text import exif_text

IMAGE_TITLE = 0xA436  # since EXIF 3.0
LONGEST_EXPOSURE = 7 * 86_400
LARGEST_F_NUMBER = 1_000
LONGEST_FOCAL_LENGTH = 100_000
HIGHEST_ISO = 10_000_000
# 65535 in the first means that it does not fit, and that one of the others tells.
ISO_TAGS = (Base.ISOSpeedRatings, Base.ISOSpeed, Base.RecommendedExposureIndex)
ISO_OVERFLOW = 65_535

MAIN_TAGS = (
    Base.Make,
    Base.Model,
    Base.DateTime,
    Base.ImageDescription,
    Base.Copyright,
    Base.XPTitle,
    IMAGE_TITLE,
)

# TIFF/EP (ISO 12234-2) has these where EXIF does not, and some programs follow it.
TIFF_EP_TAGS = (
    Base.ExposureTime,
    Base.FNumber,
    Base.ISOSpeedRatings,
    Base.DateTimeOriginal,
    Base.FocalLength,
)

Tags = Mapping[int, Any]


@dataclass(frozen=True)
class Exif:
    """The three directories that are read; maker notes, thumbnails and the rest never are."""

    main: Tags
    details: Tags
    gps: Tags

    @classmethod
    def of(cls, block: Image.Exif) -> "Exif":
        """Take a block apart; what is damaged is missing."""
        details = {**_main(block, TIFF_EP_TAGS), **_directory(block, IFD.Exif)}
        return cls(_main(block, MAIN_TAGS), details, _directory(block, IFD.GPSInfo))


def _main(block: Image.Exif, tags: Iterable[int]) -> Tags:
    """Read the tags that we want, one by one, for Pillow reads each when it is asked for."""
    found = {}
    for tag in tags:
        with suppress(Exception):  # Pillow raises nearly anything; it costs this tag only
            found[tag] = block[tag]
    return found


def _directory(block: Image.Exif, name: IFD) -> Tags:
    with suppress(Exception):  # as above; it costs this directory only
        return block.get_ifd(name)
    return {}


def camera(exif: Exif) -> dict[str, str | int | Decimal | None]:
    """Return the camera and how it was set; ``None`` for what is not told."""
    exposure = positive(exif.details.get(Base.ExposureTime), LONGEST_EXPOSURE)
    return {
        "camera_make": exif_text(exif.main.get(Base.Make)),
        "camera_model": exif_text(exif.main.get(Base.Model)),
        "lens": exif_text(exif.details.get(Base.LensModel)),
        "exposure": exposure and _fraction(exposure),
        "exposure_seconds": exposure,
        "f_number": positive(exif.details.get(Base.FNumber), LARGEST_F_NUMBER),
        "iso": _iso(exif.details),
        "focal_length_mm": positive(exif.details.get(Base.FocalLength), LONGEST_FOCAL_LENGTH),
    }


def _fraction(seconds: Decimal) -> str:
    """Write an exposure as photographers do: 1/250, but 0.4 and 30."""
    if seconds < Decimal("0.26"):
        return f"1/{round(1 / seconds)}"
    return f"{round(seconds, 1).normalize():f}"


def _iso(details: Tags) -> int | None:
    for tag in ISO_TAGS:
        found = positive(details.get(tag), HIGHEST_ISO)
        if found and found != ISO_OVERFLOW:
            return round(found) or None
    return None
