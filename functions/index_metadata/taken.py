"""When a picture was taken: what is told, and no more than that."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from PIL.ExifTags import GPS, Base

from functions.index_metadata.exif import Exif, Tags
from functions.index_metadata.numerics import exact, several
from functions.index_metadata.text import exif_text, fit

MAX_RAW = 40
# EXIF writes 2026:11:21 10:20:30, or a colon for the blank, XMP 2026-11-21T10:20:30.5+01:00, IPTC
# 20261121 102030+0100.
MOMENT = re.compile(
    r"([0-9]{4})[:/.-]?([0-9]{2})[:/.-]?([0-9]{2})"
    r"(?:[ T:]+([0-9]{2}|[0-9](?=:)):?([0-9]{2})(?::?([0-9]{2})(?:\.[0-9]*)?)?"
    r" ?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})")
# No place is further from UTC than 14 hours; a receiver may show its last fix for some minutes.
FURTHEST = timedelta(hours=15)


@dataclass(frozen=True)
class Told:
    """What one tag says: *raw* as it stands there, *offset* if another tag gives it."""

    source: str
    raw: str
    offset: str = ""

    def described(self) -> dict[str, str]:
        """Return what was told, and by which tag."""
        return {"taken_raw": self.raw, "taken_source": self.source}

    def moment(self, gps: Tags) -> dict[str, str]:
        """Return what that means.

        Raises:
            ValueError, OverflowError: if it means nothing.
        """
        match = MOMENT.fullmatch(self.raw)
        if not match:
            raise ValueError(self.raw)
        *numbers, offset = match.groups(default="")
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        if not numbers[3]:
            return {"taken_at": date(year, month, day).isoformat()}
        local = datetime(year, month, day, hour, minute, second)
        zone = _zone(offset or self.offset)
        utc = local.replace(tzinfo=zone).astimezone(UTC) if zone else _satellite_time(local, gps)
        found = {"taken_at": local.isoformat()}
        if zone:
            found["taken_offset"] = local.replace(tzinfo=zone).isoformat()[-6:]
        if utc:
            found["taken_utc"] = utc.isoformat(timespec="seconds").replace("+00:00", "Z")
        return found


def taken(exif: Exif, iptc: Mapping[str, str], xmp: Mapping[str, str]) -> dict[str, str]:
    """Return the time that the first readable tag tells; its raw text even if none is readable.

    ``taken_at`` is local to wherever the camera was, and a day only if the hour is not told;
    ``taken_utc`` is there only if an offset or a satellite tells it.
    """
    # Cameras write blanks and zeros for a time that they do not know.
    told = [one for one in _candidates(exif, iptc, xmp) if re.search("[1-9]", one.raw)]
    for one in told:
        try:
            return one.described() | one.moment(exif.gps)
        except (ValueError, OverflowError):  # nobody's format, the 31st of February, the year 0
            continue
    return told[0].described() if told else {}


def _candidates(exif: Exif, iptc: Mapping[str, str], xmp: Mapping[str, str]) -> Iterator[Told]:
    """Yield when it was taken, when it was digitized, and when the file was changed."""
    yield _exif(exif.details, Base.DateTimeOriginal, exif.details, Base.OffsetTimeOriginal)
    yield _xmp(xmp, "DateTimeOriginal")
    yield _xmp(xmp, "DateCreated")
    both = f"{iptc.get('date', '')} {iptc.get('time', '')}"
    yield Told("IPTC DateCreated", fit(both, MAX_RAW))
    yield _exif(exif.details, Base.DateTimeDigitized, exif.details, Base.OffsetTimeDigitized)
    yield _xmp(xmp, "CreateDate")
    yield _exif(exif.main, Base.DateTime, exif.details, Base.OffsetTime)


def _xmp(xmp: Mapping[str, str], name: str) -> Told:
    return Told(f"XMP {name}", fit(xmp.get(name), MAX_RAW))


def _exif(tags: Tags, tag: Base, offsets: Tags, offset: Base) -> Told:
    raw = exif_text(tags.get(tag), MAX_RAW)
    return Told(f"EXIF {tag.name}", raw, exif_text(offsets.get(offset), MAX_RAW))


def _zone(offset: str) -> timezone | None:
    if offset == "Z":
        return UTC
    match = OFFSET.fullmatch(offset)
    if not match:
        return None
    ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-ahead if match[1] == "-" else ahead) if ahead < FURTHEST else None


def _satellite_time(local: datetime, gps: Tags) -> datetime | None:
    """Return GPS's time, which is UTC, unless it is of another moment than *local*."""
    numbers = [exact(part) for part in several(gps.get(GPS.GPSTimeStamp))]
    try:
        day = datetime.strptime(exif_text(gps.get(GPS.GPSDateStamp)), "%Y:%m:%d").replace(
            tzinfo=UTC
        )
        hours, minutes, seconds = (int(number) for number in numbers if number is not None)
        utc = day + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except (ValueError, OverflowError):  # no date, x/0, two numbers, or too large
        return None
    return utc if abs(utc - local.replace(tzinfo=UTC)) < FURTHEST else None
