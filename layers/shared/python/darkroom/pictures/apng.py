"""Tells whether an animated PNG holds together, and makes a still one of what does not.

The rules are those of the PNG specification (third edition, 11.3.4). Where they are broken,
browsers show the default image, which every viewer of PNG can show.
"""

import struct

from darkroom.pictures.png import chunks, is_intact, without

ANIMATION = {b"acTL", b"fcTL", b"fdAT"}
CONTROL, FRAME, SEQUENCE = 8, 26, 4
MOST_FRAMES = 2**31 - 1


def is_damaged(content: bytes) -> bool:
    """Tell whether there is anything of an animation that is wrong; pixels are not looked at."""
    frames = _Frames(content)
    return any(not frames.accept(*chunk) for chunk in chunks(content))


def still(content: bytes) -> bytes:
    """Return the file without its animation: the default image."""
    return without(content, [chunk for chunk in chunks(content) if chunk[0] in ANIMATION])


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
            return self._control(data) and is_intact(chunk)
        if kind == b"fcTL":
            return self._frame(data) and is_intact(chunk)
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
