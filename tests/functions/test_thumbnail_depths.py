"""Grey of many bits, and what else TIFF and JPEG know, is shown or named."""

import struct
import zlib
from typing import Literal

import pytest
from PIL import Image

from darkroom.refusals import Reason, Refused
from functions.index_metadata.metadata import read_metadata
from tests.pictures import any_picture, saved
from tests.thumbnails import MEMORY, only, pixel


def tiff(
    values: list[int],
    sample_format: int,
    bits: int = 32,
    order: Literal["little", "big"] = "little",
) -> bytes:
    """Return one row of *bits* each: unsigned if the format is 1, signed if it is 2."""
    row = b"".join((value % (1 << bits)).to_bytes(bits // 8, order) for value in values)
    size, to = len(values), "<" if order == "little" else ">"
    tags = {256: size, 257: 1, 258: bits, 259: 1, 262: 1, 273: 8, 277: 1, 278: 1, 279: len(row)}
    entries = b"".join(
        struct.pack(f"{to}HHII", tag, 4, 1, value)
        for tag, value in (tags | {339: sample_format}).items()
    )
    header = (b"II*\0" if to == "<" else b"MM\0*") + struct.pack(f"{to}I", 8 + len(row))
    return header + row + struct.pack(f"{to}H", len(tags) + 1) + entries + bytes(4)


@pytest.mark.parametrize(
    ("values", "sample_format"),
    [([0, 1 << 31, (1 << 32) - 1], 1), ([0, 1 << 30, (1 << 31) - 1], 1), ([-900, 0, 900], 2)],
)
def test_thirty_two_bits_rise_from_black_to_white(values: list[int], sample_format: int) -> None:
    content = tiff([value for value in values for _ in range(8)], sample_format)
    found = [pixel(content, at, format="WEBP", quality=100)[0] for at in (0, 12, 23)]
    assert all(abs(grey - right) <= 4 for grey, right in zip(found, (0, 128, 255), strict=True))


def test_sixteen_bits_may_have_their_higher_byte_first() -> None:
    content = tiff([0] * 8 + [32_768] * 8 + [65_535] * 8, 1, 16, "big")
    found = [pixel(content, at, format="WEBP", quality=100)[0] for at in (0, 12, 23)]
    assert all(abs(grey - right) <= 4 for grey, right in zip(found, (0, 128, 255), strict=True))


def test_grey_that_is_multiplied_by_its_alpha_is_divided() -> None:
    content = saved(Image.new("LA", (20, 20), (50, 128)), "TIFF")
    kind = struct.pack("<HHI", 338, 3, 1)
    assert kind + b"\2" in content  # not multiplied
    grey, _, _, alpha = pixel(content.replace(kind + b"\2", kind + b"\1"), format="WEBP")
    assert abs(grey - 100) <= 2
    assert abs(alpha - 128) <= 2


def planes(grey: bytes, alpha: bytes) -> bytes:
    """Return a TIFF of one row whose channels are packed apart."""
    first, second = zlib.compress(grey), zlib.compress(alpha)
    body = struct.pack("<4I", 24, 24 + len(first), len(first), len(second)) + first + second
    tags = [(256, 1, len(grey)), (257, 1, 1), (258, 2, 8 << 16 | 8), (259, 1, 8), (262, 1, 1)]
    tags += [(277, 1, 2), (278, 1, 1), (284, 1, 2), (338, 1, 2)]
    entries = [(tag, 3, count, value) for tag, count, value in tags]
    entries += [(273, 4, 2, 8), (279, 4, 2, 16)]
    packed = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    header = b"II*\0" + struct.pack("<I", 8 + len(body))
    return header + body + struct.pack("<H", len(entries)) + packed + bytes(4)


def test_a_rare_kind_that_is_cut_short_is_cut_short() -> None:
    content = any_picture(format="TIFF", mode="L").replace(bits(8), bits(10))
    with pytest.raises(Refused) as refused:
        only(content[: -40 * 30])
    assert refused.value.reason == Reason.TRUNCATED


def bits(number: int) -> bytes:
    return struct.pack("<HHIH", 258, 3, 1, number)


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (any_picture(format="TIFF", mode="L").replace(bits(8), bits(10)), "unknown pixel mode"),
        (planes(bytes(20), bytes([128] * 20)), "grey and alpha in planes of their own"),
        (any_picture().replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"), "12-bit layers"),
    ],
)
def test_a_rare_kind_of_what_we_take_is_named_not_called_damaged(
    content: bytes, detail: str
) -> None:
    for read in (only, lambda content: read_metadata(content, MEMORY)):
        with pytest.raises(Refused) as refused:
            read(content)
        assert refused.value.reason == Reason.UNSUPPORTED_FORMAT
        assert detail in refused.value.detail
