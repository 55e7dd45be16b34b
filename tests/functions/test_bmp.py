"""BMPs of which programs leave something out that others do without."""

import struct

import pytest

from darkroom.refusals import Reason, Refused
from tests.thumbnails import only, pixel

RED, BLUE = (0, 0, 255, 0), (255, 0, 0, 0)  # blue, green, red and nothing, as BMP has them
PACKED_BY_8, BITFIELDS = 1, 3


def bmp(size: tuple[int, int], bits: int, packing: int, rest: bytes, header: int = 40) -> bytes:
    """Return a BMP whose *rest* are the masks or the palette, and the pixels."""
    at = len(rest) - size[0] * size[1] * 4 if packing == BITFIELDS else 4 * 256
    width, height = size
    told = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, packing, 0, 0, 0, 0, 0)
    start = struct.pack("<2sIII", b"BM", 14 + len(told + rest), 0, 14 + len(told) + at)
    return start + told + rest


def with_alpha(*pixels: tuple[int, int, int, int]) -> bytes:
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000).ljust(68, b"\0")
    rest = masks + b"".join(map(bytes, pixels))
    return bmp((len(pixels), 1), 32, BITFIELDS, rest, header=108)


def packed(*codes: int) -> bytes:
    palette = (bytes(RED) + bytes(BLUE)).ljust(4 * 256, b"\0")
    return bmp((20, 20), 8, PACKED_BY_8, palette + bytes(codes))


def test_alpha_that_is_nowhere_filled_in_is_none() -> None:
    assert pixel(with_alpha(RED, RED), format="WEBP")[0] > 240
    assert pixel(with_alpha(RED, RED), format="WEBP")[3] == 255


def test_alpha_that_is_filled_in_counts() -> None:
    content = with_alpha(RED, (0, 0, 255, 255))
    assert [pixel(content, x, format="WEBP")[3] for x in (0, 1)] == [0, 255]


def test_rows_after_the_end_have_the_first_colour() -> None:
    content = packed(*(20, 1, 0, 0) * 10, 0, 1)  # from below
    assert pixel(content, 10, 17)[2] > 240
    assert pixel(content, 10, 2)[0] > 240


def test_rows_that_are_missing_without_an_end_are_damage() -> None:
    with pytest.raises(Refused) as refused:
        only(packed(20, 1, 0, 0))
    assert refused.value.reason == Reason.CORRUPT
