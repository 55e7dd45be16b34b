"""Counts and measures a GIF's frames without decoding one."""

from collections.abc import Iterator
from itertools import islice

HEADER = 13
IMAGE, EXTENSION, TRAILER, DATA = 0x2C, 0x21, 0x3B, -1

Part = tuple[int, int]


def frames(content: bytes, limit: int) -> int:
    """Count the frames, up to *limit*; what is cut off is not counted (GIF89a, appendix B)."""
    return max(1, sum(1 for _ in islice(_descriptors(content), limit)))


def ends_early(content: bytes) -> bool:
    """Tell whether the file ends before its first frame does; later ones are not asked for."""
    if content.endswith(bytes([TRAILER])):
        return False
    first = next(_descriptors(content), None)
    return first is None or _after_frame(content, first) > len(content)


def parts(content: bytes) -> Iterator[Part]:
    """Yield place and kind of each block, each piece of a block's data and each stray byte."""
    at = HEADER + _table(content[10:11])
    while at < len(content) and content[at] != TRAILER:
        kind = content[at]
        yield at, kind
        if kind not in (IMAGE, EXTENSION):  # Pillow skips it
            at += 1
            continue
        at += 2 if kind == EXTENSION else 11 + _table(content[at + 9 : at + 10])
        while at < len(content) and content[at]:
            yield at, DATA
            at += content[at] + 1
        at += 1


def canvas(content: bytes) -> tuple[int, int]:
    """Return the size that Pillow gives the picture: its screen, widened for its first frame."""
    width, height = _pair(content, 6)
    for at in islice(_descriptors(content), 1):
        (left, top), (across, down) = _pair(content, at + 1), _pair(content, at + 5)
        width, height = max(width, left + across), max(height, top + down)
    return width, height


def _descriptors(content: bytes) -> Iterator[int]:
    return (at for at, kind in parts(content) if kind == IMAGE)


def _after_frame(content: bytes, at: int) -> int:
    """Return where a frame ends; beyond the file if it has no end there."""
    return _after_blocks(content, at + 11 + _table(content[at + 9 : at + 10]))


def _pair(content: bytes, at: int) -> tuple[int, int]:
    numbers = (content[at : at + 2], content[at + 2 : at + 4])
    first, second = (int.from_bytes(number, "little") for number in numbers)
    return first, second


def _table(flags: bytes) -> int:
    """Return the bytes of the palette that the packed *flags* announce."""
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0


def _after_blocks(content: bytes, at: int) -> int:
    while at < len(content) and content[at]:
        at += content[at] + 1
    return at + 1
