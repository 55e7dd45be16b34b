"""IPTC's datasets (IIM 4.2), as news agencies and photo managers write them."""

import struct
from collections.abc import Iterator
from typing import Any

from PIL import Image

from functions.index_metadata.text import decode

PHOTOSHOP_RESOURCE = 0x0404
TIFF_TAG = 33723
RECORD = 2
MARKER = 0x1C
NAMES = {
    5: "title",
    55: "date",
    60: "time",
    116: "copyright",
    120: "description",
}


def iptc_block(image: Image.Image) -> bytes:
    """Return the picture's IPTC block as it was found; empty if there is none."""
    found: Any = image.info.get("photoshop")
    if isinstance(found, dict):
        found = found.get(PHOTOSHOP_RESOURCE)
    elif hasattr(image, "tag_v2"):
        # Photoshop declares it as 4-byte integers, so that only the raw bytes are as written.
        found = image.tag_v2._tagdata.get(TIFF_TAG)
    return found if isinstance(found, bytes) else b""


def read_iptc(block: bytes) -> dict[str, str]:
    """Return the texts of the datasets in `NAMES`, each dataset's first.

    Raises:
        ValueError: if it is damaged before any text.
    """
    found: dict[str, str] = {}
    for number, value in _datasets(block):
        if number in NAMES:
            found.setdefault(NAMES[number], decode(value))
    return found


def _datasets(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the datasets of the application record; damage after the first ends the block."""
    position = 0
    while position + 5 <= len(block) and block[position] == MARKER:
        record, number, size = struct.unpack_from(">BBH", block, position + 1)
        position += 5
        if size & 0x8000 or position + size > len(block):  # extended sizes are for objects
            break
        if record == RECORD:
            yield number, block[position : position + size]
        position += size
    if position == 0 and block.strip(b"\0"):
        raise ValueError("no dataset where the first should be")
