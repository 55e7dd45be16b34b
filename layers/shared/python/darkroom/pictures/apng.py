"""Tells whether an animated PNG holds together, and makes a still one of what does not.

The rules are those of the PNG specification (third edition, 11.3.4). Where they are broken,
browsers show the default image, which every viewer of PNG can show.
"""

import struct
from collections.abc import Iterator
from zlib import crc32

SIGNATURE, LENGTHS = 8, 12  # of a chunk: its length, its name and its checksum
ANIMATION = {b"acTL", b"fcTL", b"fdAT"}
CONTROL, FRAME, SEQUENCE = 8, 26, 4
MOST_FRAMES = 2**31 - 1

Chunk = tuple[bytes, int, int]


def is_damaged(content: bytes) -> bool:
    """Tell whether there is anything of an animation that is wrong; pixels are not looked at."""
    frames = _Frames(content)
    return any(not frames.accept(*chunk) for chunk in _chunks(content))


def still(content: bytes) -> bytes:
    """Return the file without its animation: the default image."""
    kept, rest = [content[:SIGNATURE]], SIGNATURE
    for kind, at, end in _chunks(content):
        kept += [] if kind in ANIMATION else [content[at:end]]
        rest = end
    return b"".join([*kept, content[rest:]])  # which may be cut short, and is to stay so


def _chunks(content: bytes) -> Iterator[Chunk]:
    """Yield name, begin and end of each chunk, up to the last or the first that is cut short."""
    at, kind = SIGNATURE, b""
    while kind != b"IEND":
        end = at + LENGTHS + int.from_bytes(content[at : at + 4], "big")
        kind = content[at + 4 : at + 8]
        if end > len(content) or not kind.isalpha():
            return
        yield kind, at, end
        at = end


class _Frames:
    """Follows the frames: each is announced once, in order, within the picture, and has pixels."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._width = int.from_bytes(content[16:20], "big")
        self._height = int.from_bytes(content[20:24], "big")
        self._announced = self._painted = self._waiting = self._open = False
        self._number = 0

    def accept(self, kind: bytes, at: int, end: int) -> bool:
        """Take the next chunk; tell whether it may stand there."""
        if kind in ANIMATION:
            return self._animate(kind, self._content[at:end])
        if kind == b"IDAT":
            self._painted, self._waiting, self._open = True, False, False
        return kind != b"IEND" or not self._waiting

    def _animate(self, kind: bytes, chunk: bytes) -> bool:
        data = chunk[8:-4]
        if kind == b"acTL":
            return self._control(data) and _is_intact(chunk)
        if kind == b"fcTL":
            return self._frame(data) and _is_intact(chunk)
        return self._pixels(data)

    def _control(self, data: bytes) -> bool:
        late, self._announced = self._announced or self._painted, True
        frames = int.from_bytes(data[:4], "big")
        return not late and len(data) == CONTROL and 0 < frames <= MOST_FRAMES

    def _frame(self, data: bytes) -> bool:
        if len(data) != FRAME or self._waiting or not self._is_next(data):
            return False
        self._waiting = self._open = True
        region: tuple[int, ...] = struct.unpack_from(">4I", data, SEQUENCE)
        if not self._painted:  # then it is the default image
            return region == (self._width, self._height, 0, 0)
        width, height, left, top = region
        inside = left + width <= self._width and top + height <= self._height
        return width > 0 and height > 0 and inside

    def _pixels(self, data: bytes) -> bool:
        sound = self._painted and self._open and self._is_next(data)
        self._waiting = False
        return sound and len(data) >= SEQUENCE

    def _is_next(self, data: bytes) -> bool:
        number, self._number = self._number, self._number + 1
        return int.from_bytes(data[:SEQUENCE], "big") == number


def _is_intact(chunk: bytes) -> bool:
    return crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
