"""Walks the chunks of a PNG, and leaves out what is damaged and can be done without."""

from collections.abc import Collection, Iterator
from zlib import crc32

SIGNATURE, LENGTHS = 8, 12  # of a chunk: its length, its name and its checksum
ANCILLARY = 0x20  # in the first letter of a chunk's name: small, so not needed to show the picture
HEADER_DEPTH, HEADER_COLOUR = 24, 25
LEAST = {b"cHRM": 32, b"gAMA": 4, b"iCCP": 3, b"pHYs": 9, b"sRGB": 1}
KEYS = {0: 2, 2: 6}  # the transparent colour by the kind of pixels: grey, RGB
CICP = 4
# What metadata call the blocks that are kept in these chunks.
BLOCKS = {b"eXIf": "EXIF", b"iCCP": "ICC"}

Chunk = tuple[bytes, int, int]


def chunks(content: bytes) -> Iterator[Chunk]:
    """Yield name, begin and end of each chunk, up to the last or the first that is cut short."""
    at, kind = SIGNATURE, b""
    while kind != b"IEND":
        end = at + LENGTHS + int.from_bytes(content[at : at + 4], "big")
        kind = content[at + 4 : at + 8]
        if end > len(content) or not kind.isalpha():
            return
        yield kind, at, end
        at = end


def without(content: bytes, left_out: Collection[Chunk]) -> bytes:
    """Return the file without these chunks; one that is cut short stays so."""
    kept, rest = [], 0
    for _, at, end in left_out:
        kept.append(content[rest:at])
        rest = end
    return b"".join([*kept, content[rest:]])


def damaged_chunks(content: bytes) -> list[Chunk]:
    """Return the ancillary chunks with a wrong checksum or too few bytes, which browsers skip."""
    whole = memoryview(content)  # of which a slice is no copy
    return [
        (kind, at, end)
        for kind, at, end in chunks(content)
        if kind[0] & ANCILLARY
        and not (is_intact(whole[at:end]) and end - at >= LENGTHS + _least(kind, content))
    ]


def _least(kind: bytes, content: bytes) -> int:
    """Return the bytes without which a chunk says nothing."""
    return KEYS.get(content[HEADER_COLOUR], 1) if kind == b"tRNS" else LEAST.get(kind, 0)


def block_name(kind: bytes) -> str:
    """Return by what name a chunk is told of when it was left out."""
    return BLOCKS.get(kind, "PNG")


def is_intact(chunk: bytes | memoryview) -> bool:
    """Tell whether the checksum is right."""
    return crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")


def depth(content: bytes) -> int:
    """Return the bits of a sample."""
    return content[HEADER_DEPTH]


def colour_code_points(content: bytes) -> tuple[int, int] | None:
    """Return the primaries and the transfer that ``cICP`` names; None if there is none.

    One that is not of full-range RGB, which is hardly met, would need more than a profile.
    """
    for kind, at, end in chunks(content):
        data = content[at + 8 : end - 4]
        if kind == b"cICP" and len(data) == CICP and data[2:] == b"\0\1":
            return data[0], data[1]
        if kind == b"IDAT":
            break
    return None
