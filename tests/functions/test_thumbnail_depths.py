"""Grey of 32 bits keeps its order, whatever sign Pillow gives it."""

import struct

import pytest

from tests.thumbnails import pixel


def tiff(values: list[int], sample_format: int) -> bytes:
    """Return one row of 32 bits each: unsigned if the format is 1, signed if it is 2."""
    row = b"".join((value % (1 << 32)).to_bytes(4, "little") for value in values)
    size = len(values)
    tags = {256: size, 257: 1, 258: 32, 259: 1, 262: 1, 273: 8, 277: 1, 278: 1, 279: len(row)}
    entries = b"".join(
        struct.pack("<HHII", tag, 4, 1, value)
        for tag, value in (tags | {339: sample_format}).items()
    )
    header = b"II*\0" + struct.pack("<I", 8 + len(row))
    return header + row + struct.pack("<H", len(tags) + 1) + entries + bytes(4)


@pytest.mark.parametrize(
    ("values", "sample_format"),
    [([0, 1 << 31, (1 << 32) - 1], 1), ([0, 1 << 30, (1 << 31) - 1], 1), ([-900, 0, 900], 2)],
)
def test_thirty_two_bits_rise_from_black_to_white(values: list[int], sample_format: int) -> None:
    content = tiff([value for value in values for _ in range(8)], sample_format)
    found = [pixel(content, at, format="WEBP", quality=100)[0] for at in (0, 12, 23)]
    assert all(abs(grey - right) <= 4 for grey, right in zip(found, (0, 128, 255), strict=True))
