"""What people wrote into a picture: title, description, copyright."""

from collections.abc import Mapping

from PIL.ExifTags import Base

from functions.index_metadata.exif import IMAGE_TITLE, Tags
from functions.index_metadata.text import MAX_TEXT, exif_text, fit

MAX_CAPTION = 1_000


def captions(main: Tags, iptc: Mapping[str, str], xmp: Mapping[str, str]) -> dict[str, str]:
    """Return each text from XMP, else from IPTC, else from EXIF.

    XMP alone says how it is encoded and is what today's programs write; EXIF comes last, for many
    cameras put their own name where the description belongs.
    """
    exif = {
        "title": _title(main),
        "description": exif_text(main.get(Base.ImageDescription), MAX_CAPTION),
        "copyright": exif_text(main.get(Base.Copyright)),
    }
    return {
        name: fit(xmp.get(name), limit) or fit(iptc.get(name), limit) or exif[name]
        for name, limit in (
            ("title", MAX_CAPTION),
            ("description", MAX_CAPTION),
            ("copyright", MAX_TEXT),
        )
    }


def _title(main: Tags) -> str:
    windows = main.get(Base.XPTitle)
    if isinstance(windows, tuple):  # as bytes or as numbers, depending on the type it declares
        windows = bytes(unit & 0xFF for unit in windows if isinstance(unit, int))
    if isinstance(windows, bytes):
        return fit(windows[: 8 * MAX_CAPTION].decode("utf-16-le", errors="replace"), MAX_CAPTION)
    return exif_text(main.get(IMAGE_TITLE), MAX_CAPTION)
