"""Thins a WebP out to what its metadata needs, while it passes by.

EXIF and XMP stand behind the pixels, and only the chunks on the way there tell how many frames
there are. But the whole body passes by anyway, for its hash: so nothing is fetched twice, and what
is kept is a file of the same chunks whose pixels are cut down to their own headers.
"""

import struct
from collections.abc import Callable

# Takes the next bytes of a body: how many, and how many of these are to be kept.
Take = Callable[[int, int], bytes]

# What libwebp reads of them before it decodes.
PIXELS = {b"VP8 ": 10, b"VP8L": 5, b"ALPH": 1}
KEPT = {b"VP8X": 64, b"ANIM": 64, b"ICCP": 4 << 20, b"EXIF": 4 << 20, b"XMP ": 2 << 20}
FRAME, FRAME_HEADER = b"ANMF", 16
RIFF_HEADER, CHUNK_HEADER = 12, 8
# Four for each frame that a picture may have; what comes behind as many is not looked at.
MAX_CHUNKS = 50_000


def is_webp(head: bytes) -> bool:
    """Tell whether a file begins like a WebP."""
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def thinned(take: Take, size: int) -> bytes:
    """Return a WebP that says the same of itself as that of *size* bytes, but has no pixels.

    One that ends too early still does so, and so does a chunk that reaches out of what it is in:
    the decoder is to find the same damage.
    """
    header = take(RIFF_HEADER, RIFF_HEADER)
    told = int.from_bytes(header[4:8], "little") + 8
    body = _Walk(take).chunks(min(told, size) - RIFF_HEADER)
    claimed = RIFF_HEADER - 8 + len(body) + max(0, told - size)
    return header[:4] + struct.pack("<I", claimed) + header[8:] + body


class _Walk:
    """Goes from chunk to chunk."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._chunks = 0
        self._met: set[bytes] = set()

    def chunks(self, room: int, inside: bytes = b"") -> bytes:
        """Return the chunks of the next *room* bytes, thinned out; *inside* names their parent."""
        found: list[bytes] = []
        while room >= CHUNK_HEADER and self._chunks < MAX_CHUNKS:
            self._chunks += 1
            head = self._take(CHUNK_HEADER, CHUNK_HEADER)
            kind, size = struct.unpack("<4sI", head.ljust(CHUNK_HEADER, b"\0"))
            room -= CHUNK_HEADER + size + size % 2
            if room < 0:
                return b"".join([*found, head])
            found.append(self._chunk(kind, size, inside))
            self._take(size % 2, 0)
        rest = room if room < CHUNK_HEADER else 0
        return b"".join([*found, self._take(room, rest)])

    def _chunk(self, kind: bytes, size: int, inside: bytes) -> bytes:
        if kind == FRAME and not inside and size >= FRAME_HEADER:
            header = self._take(FRAME_HEADER, FRAME_HEADER)
            return _packed(kind, header + self.chunks(size - FRAME_HEADER, kind))
        if kind in PIXELS:
            start = self._take(size, PIXELS[kind])
            return _packed(kind, _without_partition(start, size) if kind == b"VP8 " else start)
        first = kind in KEPT and kind not in self._met and not inside
        data = self._take(size, KEPT[kind] if first else 0)
        self._met.add(kind)
        return _packed(kind, data)


def _packed(kind: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(data)) + data + bytes(len(data) % 2)


def _without_partition(start: bytes, size: int) -> bytes:
    """Tell libwebp that the first partition is empty, if it would fit (RFC 6386, 9.1)."""
    tag = int.from_bytes(start[:3], "little")
    if tag >> 5 >= size or len(start) < PIXELS[b"VP8 "]:
        return start
    return (tag & 0x1F).to_bytes(3, "little") + start[3:]
