"""Pictures in, what is worth knowing about them out."""

import re
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

from darkroom.pictures import exif, open_picture, orientation

MAX_TEXT = 200
SIDEWAYS = range(5, 9)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def read_metadata(content: bytes, max_pixels: int) -> dict[str, Any]:
    """Read a picture's header: its format, its size as displayed, and its camera and time if told.

    The time is local to wherever the camera was, for EXIF seldom says where.

    Raises:
        Refused: if it is not a picture that we take.
    """
    picture = open_picture(content, max_pixels)
    turn = orientation(picture)
    width, height = picture.size[::-1] if turn in SIDEWAYS else picture.size
    return {
        "format": str(picture.format),
        "width": width,
        "height": height,
        "orientation": turn,
        "frames": _frames(picture),
        **_camera(exif(picture)),
    }


def _frames(picture: Image.Image) -> int:
    try:
        return int(getattr(picture, "n_frames", 1))
    except (
        OSError,
        EOFError,
        ValueError,
        SyntaxError,
    ):  # counting walks the file, which may end early
        return 1


def _camera(block: Image.Exif) -> dict[str, str]:
    details = _details(block)
    found = {
        "camera_make": _text(block.get(Base.Make)),
        "camera_model": _text(block.get(Base.Model)),
        "taken_at": _time(details.get(Base.DateTimeOriginal) or block.get(Base.DateTime)),
    }
    return {name: value for name, value in found.items() if value}


def _details(block: Image.Exif) -> dict[int, Any]:
    try:
        return block.get_ifd(IFD.Exif)
    except Exception:  # as for the block itself: damage costs the details, not the picture
        return {}


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return CONTROL.sub(" ", value).strip()[:MAX_TEXT]


def _time(value: object) -> str:
    """Return EXIF's ``2026:11:21 10:20:30`` as ``2026-11-21T10:20:30``; nothing if it is not so."""
    match = re.fullmatch(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)", _text(value))
    return f"{match[1]}-{match[2]}-{match[3]}T{match[4]}" if match and match[1] > "0000" else ""
