"""Counts and measures a GIF's frames without decoding one."""

from collections.abc import Iterator
from itertools import islice

HEADER = 13
IMAGE, EXTENSION, TRAILER = 0x2C, 0x21, 0x3B


def frames(content: bytes, limit: int) -> int:
    """Count the frames, up to *limit*; what is cut off is not counted (GIF89a, appendix B)."""
    return max(1, sum(1 for _ in islice(_descriptors(content), limit)))


def ends_early(content: bytes) -> bool:
    """Tell whether the file ends before its first frame does; later ones are not asked for."""
    if content.endswith(bytes([TRAILER])):
        return False
    first = next(_descriptors(content), None)
    return first is None or _after_frame(content, first) > len(content)


def canvas(content: bytes) -> tuple[int, int]:
    """Return the size that Pillow gives the picture: its screen, widened for its first frame."""
    width, height = _pair(content, 6)
    for at in islice(_descriptors(content), 1):
        (left, top), (across, down) = _pair(content, at + 1), _pair(content, at + 5)
        width, height = max(width, left + across), max(height, top + down)
    return width, height


def _descriptors(content: bytes) -> Iterator[int]:
    at = HEADER + _table(content[10:11])
    while at < len(content) and content[at] != TRAILER:
        if content[at] == IMAGE:
            yield at
            at = _after_frame(content, at)
        elif content[at] == EXTENSION:
            at = _after_blocks(content, at + 2)
        else:  # Pillow skips what it does not know
            at += 1


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
