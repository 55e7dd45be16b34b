"""Finds the damage that libheif's wrapper does not survive, and hides what libavif refuses."""

import re

# An item's entry (ISO/IEC 14496-12, 8.11.6): version 2 has a short number, version 3 a long one.
ITEM = re.compile(rb"infe(?:\x02...(?:..)..|\x03...(?:....)..)(....)", re.DOTALL)
SEARCHED = 1 << 20


def names_are_text(content: bytes) -> bool:
    """Tell whether all items name their types in ASCII: others end the process (pi-heif 1.4.0)."""
    return all(name.isascii() for name in ITEM.findall(content, 0, SEARCHED))


def without_exif(content: bytes) -> bytes:
    """Return the file with its EXIF's item renamed to what no decoder asks for."""
    for item in ITEM.finditer(content, 0, SEARCHED):
        if item[1] == b"Exif":
            return content[: item.start(1)] + b"skip" + content[item.end(1) :]
    return content
