"""Hides the damage that libheif's wrapper does not survive, and what libavif refuses."""

import re
from collections.abc import Callable

# An item's entry (ISO/IEC 14496-12, 8.11.6): version 2 has a short number, version 3 a long one.
ITEM = re.compile(rb"infe(?:\x02...(?:..)..|\x03...(?:....)..)(....)", re.DOTALL)
SEARCHED = 1 << 20
UNASKED = b"skip"


def without_odd_names(content: bytes) -> bytes:
    """Hide items whose type is not ASCII: they would end the process (pi-heif 1.4.0)."""
    return _hidden(content, lambda name: not name.isascii())


def without_exif(content: bytes) -> bytes:
    """Hide the EXIF."""
    return _hidden(content, lambda name: name == b"Exif")


def _hidden(content: bytes, is_unwanted: Callable[[bytes], bool]) -> bytes:
    """Return the file with unwanted items renamed to what no decoder asks for."""
    kept, rest = [], 0
    for item in ITEM.finditer(content, 0, SEARCHED):
        if is_unwanted(item[1]):
            kept += [content[rest : item.start(1)], UNASKED]
            rest = item.end(1)
    return b"".join([*kept, content[rest:]])
