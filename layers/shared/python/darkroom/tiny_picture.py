"""A small picture of one colour, made without any decoder's help."""

import struct
import zlib

WIDTH, HEIGHT = 48, 32
SIGNATURE = b"\x89PNG\r\n\x1a\n"

Colour = tuple[int, int, int]


def tiny_picture(colour: Colour) -> bytes:
    """Return a PNG, `WIDTH` by `HEIGHT`, of 8-bit RGB."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(colour) * WIDTH) * HEIGHT
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
