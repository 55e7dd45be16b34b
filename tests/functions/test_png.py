"""PNGs, chunk by chunk: what is damaged costs itself, and only what is meant is heeded."""

import struct
from typing import Any

import pytest
from PIL.PngImagePlugin import PngInfo

from darkroom.refusals import Reason, Refused
from functions.index_metadata.metadata import read_metadata
from tests.functions.blocks import exif_block
from tests.pictures import any_picture, chunk, png, png_with
from tests.profiles import display_p3
from tests.thumbnails import MEMORY, only, pixel

ORANGE = (200, 100, 60)
SIDEWAYS = exif_block({0x0112: 6}).removeprefix(b"Exif\0\0")


def metadata(content: bytes) -> dict[str, Any]:
    return read_metadata(content, MEMORY)


def raw_profile(block: bytes) -> PngInfo:
    """Return EXIF in text, as ImageMagick writes it."""
    texts = PngInfo()
    texts.add_text("Raw profile type exif", f"\nexif\n{len(block):8}\n{block.hex()}\n")
    return texts


@pytest.mark.parametrize(
    ("kind", "data", "name"),
    [
        (b"tEXt", b"Comment\0x", "PNG"),
        (b"tIME", bytes(7), "PNG"),
        (b"eXIf", SIDEWAYS, "EXIF"),
        (b"iCCP", b"x\0\0", "ICC"),
    ],
)
def test_a_wrong_checksum_costs_what_is_not_needed(kind: bytes, data: bytes, name: str) -> None:
    content = png_with(chunk(kind, data, damage=1))
    assert pixel(content)[0] > 240
    assert (metadata(content)["damaged"], metadata(content)["orientation"]) == ([name], 1)


def test_many_wrong_checksums_are_told_once() -> None:
    chunks = [chunk(b"t%cxT" % letter, b"", damage=1) for letter in range(ord("A"), ord("Z"))]
    assert metadata(png_with(*chunks))["damaged"] == ["PNG"]


def test_texts_together_are_bounded() -> None:
    texts = PngInfo()
    for _ in range(3):
        texts.add_text("History", "x" * (12 << 20), zip=True)
    assert refusal(any_picture(format="PNG", pnginfo=texts)).reason == Reason.CORRUPT


def test_a_wrong_checksum_of_what_is_needed_is_damage() -> None:
    content = png((4, 4), 8, 3, bytes(20), chunk(b"PLTE", bytes(3), damage=1))
    assert refusal(content).reason == Reason.CORRUPT


@pytest.mark.parametrize("kind", [b"sRGB", b"cHRM", b"gAMA", b"pHYs", b"tRNS", b"iCCP"])
def test_a_chunk_that_is_too_short_costs_what_it_says(kind: bytes) -> None:
    content = png_with(chunk(kind, b""))
    assert pixel(content)[0] > 240
    assert metadata(content)["damaged"] == ["ICC" if kind == b"iCCP" else "PNG"]


def test_a_palette_that_is_missing_is_damage() -> None:
    content = png((4, 4), 8, 3, bytes(20))
    assert refusal(content).reason == Reason.CORRUPT
    with pytest.raises(Refused) as refused:
        metadata(content)
    assert refused.value.reason == Reason.CORRUPT


@pytest.mark.parametrize("zip", [False, True])
def test_a_long_text_is_no_damage(zip: bool) -> None:
    texts = PngInfo()
    texts.add_itxt("History", "x" * (3 << 20), zip=zip)
    content = any_picture(format="PNG", pnginfo=texts)
    assert pixel(content)[0] > 240
    assert metadata(content)["width"] == 40


def test_a_text_beyond_all_measure_is_refused() -> None:
    texts = PngInfo()
    texts.add_text("History", "x" * (17 << 20), zip=True)
    assert refusal(any_picture(format="PNG", pnginfo=texts)).reason == Reason.CORRUPT


def test_exif_in_a_text_tells_of_the_camera_but_turns_nothing() -> None:
    block = exif_block({0x0112: 6, 0x010F: "Fujifilm"})
    content = any_picture(format="PNG", pnginfo=raw_profile(block))
    found = metadata(content)
    assert (found["orientation"], found["camera_make"]) == (1, "Fujifilm")
    assert (only(content).width, only(content).height) == (40, 30)


@pytest.mark.parametrize("depth", [2, 4])
@pytest.mark.parametrize("key", [0, 1, 3])
def test_a_transparent_grey_of_few_bits_is_found(depth: int, key: int) -> None:
    row = bytes([key << 8 - depth, 0xFF ^ key << 8 - depth])  # the key, other greys, the last not
    content = png((8 // depth * 2, 1), depth, 0, b"\0" + row, chunk(b"tRNS", bytes([0, key])))
    assert pixel(content, 0, format="WEBP")[3] == 0
    assert pixel(content, -1, format="WEBP")[3] == (0 if key == 2**depth - 1 else 255)


def test_a_dark_transparent_colour_of_many_bits_is_found() -> None:
    row = struct.pack(">6H", 0, 0, 200, 65_535, 0, 0)
    key = chunk(b"tRNS", struct.pack(">3H", 0, 0, 200))
    content = png((2, 1), 16, 2, b"\0" + row, key)
    assert [pixel(content, x, format="WEBP")[3] for x in (0, 1)] == [0, 255]


def coloured(*numbers: int, **options: Any) -> bytes:
    picture = any_picture(format="PNG", **options)
    rows = (b"\0" + bytes(ORANGE) * 4) * 4
    plain = png((4, 4), 8, 2, rows, chunk(b"cICP", bytes(numbers)))
    return plain if not options else png_with(chunk(b"cICP", bytes(numbers)), picture=picture)


def test_code_points_name_the_colours() -> None:
    assert pixel(coloured(12, 13, 0, 1))[0] > 210  # a stronger red in the wider space
    assert metadata(coloured(12, 13, 0, 1))["profile_name"] == "Display P3 (cICP)"


@pytest.mark.parametrize("numbers", [(1, 13, 0, 1), (12, 13, 6, 1), (12, 13, 0, 0), (12, 13)])
def test_srgb_and_what_is_not_full_range_rgb_stay_as_they_are(numbers: tuple[int, ...]) -> None:
    assert abs(pixel(coloured(*numbers))[0] - ORANGE[0]) <= 2
    assert "profile_name" not in metadata(coloured(*numbers))


def test_code_points_outweigh_a_profile() -> None:
    assert "profile_name" not in metadata(coloured(1, 13, 0, 1, icc_profile=display_p3()))
    found = metadata(coloured(9, 16, 0, 1, icc_profile=display_p3()))
    assert found["profile_name"] == "BT.2020 PQ (cICP)"


def refusal(content: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        only(content)
    return refused.value
