"""Where a picture was taken, as exactly as one has been told to tell."""

from decimal import Decimal
from typing import Literal

from PIL.ExifTags import GPS

from functions.index_metadata.exif import Tags
from functions.index_metadata.numerics import exact, several
from functions.index_metadata.text import exif_text

Precision = Literal["off", "coarse", "full"]

COARSE = Decimal("0.01")  # about a kilometre
FULL = Decimal("0.000001")  # about a hand's width
UNITS = (Decimal(1), Decimal(60), Decimal(3600))


def location(gps: Tags, precision: Precision) -> dict[str, Decimal]:
    """Return ``latitude`` and ``longitude`` in degrees, north and east positive; or nothing.

    Off the globe, without a hemisphere, or in the sea at 0,0, where receivers without a fix and
    careless software put pictures, they are refused.
    """
    if precision == "off":
        return {}
    step = COARSE if precision == "coarse" else FULL
    latitude = _degrees(gps, GPS.GPSLatitude, GPS.GPSLatitudeRef, "NS", 90)
    longitude = _degrees(gps, GPS.GPSLongitude, GPS.GPSLongitudeRef, "EW", 180)
    if latitude is None or longitude is None or not (_away(latitude) or _away(longitude)):
        return {}
    return {"latitude": _to(step, latitude), "longitude": _to(step, longitude)}


def _degrees(gps: Tags, tag: GPS, reference: GPS, hemispheres: str, most: int) -> Decimal | None:
    hemisphere = exif_text(gps.get(reference)).upper()[:1]
    numbers = [exact(part) for part in several(gps.get(tag))]
    parts = [number for number in numbers if number is not None and number >= 0]
    if not hemisphere or hemisphere not in hemispheres:
        return None
    if len(numbers) != 3 or len(parts) != 3 or max(parts[1:]) >= 60:
        return None
    total = sum((part / unit for part, unit in zip(parts, UNITS, strict=True)), Decimal(0))
    if total > most:
        return None
    return -total if hemisphere == hemispheres[1] else total


def _away(degrees: Decimal) -> bool:
    return round(degrees, 2) != 0


def _to(step: Decimal, degrees: Decimal) -> Decimal:
    return degrees.quantize(step) + 0  # which makes -0 a 0
