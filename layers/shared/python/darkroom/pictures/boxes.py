"""Finds properties in the boxes of AVIF and HEIC (ISO/IEC 14496-12 and 23008-12)."""

from collections.abc import Iterator
from itertools import islice

Span = tuple[int, int]
# What stands before a box's children: a version, a count, the fields of a video's sample entry.
BEFORE_CHILDREN = {b"meta": 4, b"stsd": 8, b"av01": 78}
PROPERTIES = (b"meta", b"iprp", b"ipco")
TRACK = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"av01")
MAX_BOXES = 4096


def colour_code_points(content: bytes) -> tuple[int, int] | None:
    """Return the primaries and the transfer that ``nclx`` names; None if nothing does.

    Asked are the primary item's own properties; then all, for a grid may leave them to its tiles;
    then the first track, which is where an animation has them.
    """
    properties = list(_boxes(content, _inside(content, *PROPERTIES)))
    own = [properties[at - 1] for at in _own(content) if 0 < at <= len(properties)]
    for kind, (start, end) in (*own, *properties, *_boxes(content, _inside(content, *TRACK))):
        if kind == b"colr" and content[start : start + 4] == b"nclx" and start + 8 <= end:
            return _number(content, start + 4, 2), _number(content, start + 6, 2)
    return None


def _boxes(content: bytes, span: Span) -> Iterator[tuple[bytes, Span]]:
    """Yield each box's type, and where what is in it begins and ends."""
    at, end = span
    for _ in range(MAX_BOXES):
        header, size = 8, _number(content, at, 4)
        if size == 1:
            header, size = 16, _number(content, at + 8, 8)
        size = size or end - at
        if at + header > end or size < header:
            return
        yield content[at + 4 : at + 8], (at + header, min(at + size, end))
        at += size


def _inside(content: bytes, *path: bytes) -> Span:
    """Return where the children of the first box at *path* are; nowhere if there is none."""
    start, end = 0, len(content)
    for wanted in path:
        found = (span for kind, span in _boxes(content, (start, end)) if kind == wanted)
        start, end = next(found, (0, 0))
        start += BEFORE_CHILDREN.get(wanted, 0)
    return start, end


def _own(content: bytes) -> list[int]:
    """Return the numbers of the primary item's properties, the first of all being 1."""
    primary, _ = _inside(content, b"meta", b"pitm")
    at, end = _inside(content, b"meta", b"iprp", b"ipma")
    if not (primary and at):
        return []
    wanted = _number(content, primary + 4, 4 if _number(content, primary, 1) else 2)
    items = _associations(content, at, end)
    return next((numbers for item, numbers in islice(items, MAX_BOXES) if item == wanted), [])


def _associations(content: bytes, at: int, end: int) -> Iterator[tuple[int, list[int]]]:
    """Yield each item and its properties' numbers (ISO/IEC 23008-12, 9.3.2)."""
    wide = 4 if _number(content, at, 1) else 2
    width = 2 if _number(content, at + 3, 1) & 1 else 1
    mask = 0x7FFF if width == 2 else 0x7F  # without the bit that tells what is essential
    at += 8
    while at + wide < end:
        item, count = _number(content, at, wide), content[at + wide]
        at += wide + 1
        numbers = range(at, at + count * width, width)
        yield item, [_number(content, each, width) & mask for each in numbers]
        at += count * width


def _number(content: bytes, at: int, size: int) -> int:
    return int.from_bytes(content[at : at + size], "big")
