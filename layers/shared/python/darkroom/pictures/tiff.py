"""Reads a TIFF's directories as far as needed to count, measure and tell them apart."""

import re
from collections.abc import Collection, Iterator
from itertools import islice

SIGNATURES = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
# Bytes of the types that hold a whole number: SHORT, LONG, IFD, LONG8, IFD8.
WHOLE = {3: 2, 4: 4, 13: 4, 16: 8, 18: 8}
SIZES = WHOLE | {1: 1, 2: 1, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 17: 8}
PIECES = {273, 324}  # where the strips are, or the tiles
SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
MAKE, SAMPLES, ROWS_PER_STRIP, PLANAR = 271, 277, 278, 284
TILE_WIDTH, TILE_HEIGHT, CHILDREN, DNG = 322, 323, 330, 50706
APART = 2
SENSOR = {32803, 34892}  # photometric: colour filter array, linear raw
JPEG_2000 = dict.fromkeys((33003, 33004, 33005, 34712), "JPEG 2000")
JBIG = dict.fromkeys((9, 10, 34661), "JBIG")
JPEG_XL = dict.fromkeys((50002, 52546), "JPEG XL")
PACKINGS = {**JPEG_2000, **JBIG, **JPEG_XL, 22610: "JPEG XR", 34887: "LERC", 50001: "WebP"}
PHASE_ONE = re.compile(rb"IIII.waR|MMMMRaw.", re.DOTALL)
MAX_ENTRIES = 4096


class _Layout:
    """Where things stand: a BigTIFF has 8 bytes where a TIFF has 4, and 8 for 2 in its count."""

    def __init__(self, content: bytes) -> None:
        self.order: str = "little" if content[:2] == b"II" else "big"
        big = b"+" in content[2:4]
        self.count, self.entry, self.offset = (8, 20, 8) if big else (2, 12, 4)
        self.first = 8 if big else 4
        self.content = content

    def number(self, at: int, size: int) -> int:
        return int.from_bytes(self.content[at : at + size], self.order)  # type: ignore[arg-type]


def first(content: bytes) -> int:
    """Return where the first directory stands, or would if the file went on."""
    layout = _Layout(content)
    return layout.number(layout.first, layout.offset)


def directories(content: bytes) -> Iterator[dict[int, int]]:
    """Yield each directory's tags with their first whole number; stop at damage or a loop."""
    layout = _Layout(content)
    seen: set[int] = set()
    at = first(content)
    while 0 < at < len(content) and at not in seen:
        seen.add(at)
        entries = min(layout.number(at, layout.count), MAX_ENTRIES)
        start = at + layout.count
        yield dict(_tag(layout, start + index * layout.entry) for index in range(entries))
        at = layout.number(start + entries * layout.entry, layout.offset)


def _tag(layout: _Layout, at: int) -> tuple[int, int]:
    size = WHOLE.get(layout.number(at + 2, 2), 0)
    count = layout.number(at + 4, layout.offset)
    value = at + 4 + layout.offset
    if size * count > layout.offset:  # too long for the entry, which then says where it stands
        value = layout.number(value, layout.offset)
    return layout.number(at, 2), layout.number(value, size)


def ends(content: bytes) -> Iterator[int]:
    """Yield where the first directory ends, what its entries point to, and its last strip begins.

    A number beyond the file's length tells that some of it is missing.
    """
    layout = _Layout(content)
    at = first(content)
    yield _end(layout, at)
    for tag, size, count, value in _entries(layout, at):
        if size * count > layout.offset:
            yield value + size * count
        if tag in PIECES and count:
            yield layout.number(value + (count - 1) * size, size) + 1


def reach(content: bytes, at: int, ignored: Collection[int] = ()) -> int:
    """Return where the directory at *at* ends, or the furthest of its values if not *ignored*."""
    layout = _Layout(content)
    values = [
        value + size * count
        for tag, size, count, value in _entries(layout, at)
        if size and tag not in ignored
    ]
    return max([_end(layout, at), *values])


def _end(layout: _Layout, at: int) -> int:
    return at + layout.count + layout.number(at, layout.count) * layout.entry


def _entries(layout: _Layout, at: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield each entry's tag, the bytes of its type, its count, and where its value stands."""
    start = at + layout.count
    entries = min(layout.number(at, layout.count), MAX_ENTRIES)
    for entry in range(start, start + entries * layout.entry, layout.entry):
        size = SIZES.get(layout.number(entry + 2, 2), 0)
        count = layout.number(entry + 4, layout.offset)
        value = entry + 4 + layout.offset
        if size * count > layout.offset:
            value = layout.number(value, layout.offset)
        yield layout.number(entry, 2), size, count, value


def pieces(content: bytes) -> range:
    """Return a range as long as the first directory's list of strips or tiles, if it is there."""
    lists = [
        count
        for tag, size, count, value in _entries(_Layout(content), first(content))
        if tag in PIECES and value + size * count <= len(content)
    ]
    return range(max(lists, default=0))


def frames(content: bytes, limit: int) -> int:
    """Count the directories, up to *limit*."""
    return sum(1 for _ in islice(directories(content), limit))


def raw_kind(content: bytes) -> str:
    """Return the kind of raw camera file that a TIFF is; empty if it is a picture.

    Cameras put a small preview first, marked as reduced, and the sensor's data into its children.
    """
    if content[8:10] == b"CR":
        return "CR2"
    if PHASE_ONE.match(content, 8):
        return "IIQ"
    tags = next(directories(content), {})
    if DNG in tags:
        return "DNG"
    if tags.get(PHOTOMETRIC) in SENSOR:
        return "sensor data"
    reduced = tags.get(SUBFILE, 0) & 1 and CHILDREN in tags and MAKE in tags
    return "NEF, ARW or their like" if reduced else ""


def foreign_packing(content: bytes) -> str:
    """Return by what the pixels are packed that our decoder cannot unpack; empty if it might."""
    return PACKINGS.get(next(directories(content), {}).get(COMPRESSION, 1), "")


def has_planes(content: bytes) -> bool:
    """Tell whether each channel is stored by itself."""
    return next(directories(content), {}).get(PLANAR) == APART


def strip_bytes(content: bytes) -> int:
    """Return the bytes of the piece that is unpacked at once: a strip, a tile; 0 if none is."""
    tags = next(directories(content), {})
    if tags.get(COMPRESSION) == 1:
        return 0
    width = tags.get(TILE_WIDTH) or tags.get(WIDTH, 0)
    height = tags.get(HEIGHT, 0)
    rows = tags.get(TILE_HEIGHT) or min(tags.get(ROWS_PER_STRIP) or height, height)
    samples = 1 if tags.get(PLANAR) == APART else tags.get(SAMPLES, 1)
    return width * rows * samples * tags.get(BITS, 1) // 8
