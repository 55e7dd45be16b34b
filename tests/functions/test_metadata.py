"""Pictures in, what is worth knowing about them out."""

from io import BytesIO
from typing import Any
from zlib import crc32

import pytest
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from functions.index_metadata.header import bit_depth
from functions.index_metadata.metadata import read_metadata
from local.heic import Look
from tests.functions.blocks import (
    icc,
    icc_name_v2,
    icc_name_v4,
)
from tests.pictures import any_picture, decoded, exif

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"]


def metadata(content: bytes, **options: Any) -> dict[str, Any]:
    """Read without a limit that matters."""
    return read_metadata(content, 1 << 30, **options)


@pytest.mark.parametrize(
    ("format", "mode"), [*((format, "RGB") for format in FORMATS if format != "GIF"), ("GIF", "P")]
)
def test_a_picture_that_says_nothing_has_its_pixels_described(format: str, mode: str) -> None:
    found = metadata(any_picture(format=format))

    assert found == {
        "format": format,
        "content_type_mismatch": False,
        "width": 40,
        "height": 30,
        "orientation": 1,
        "frames": 1,
        "mode": mode,
        "bit_depth": 8,
        "alpha": False,
    }


@pytest.mark.parametrize("format", FORMATS)
def test_no_pixel_is_decoded(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = any_picture(format=format)
    decoded: list[object] = []
    for plugin in (ImageFile.ImageFile, PngImageFile, WebPImageFile):
        monkeypatch.setattr(plugin, "load", lambda self: decoded.append(self))

    assert metadata(content)["width"] == 40
    assert decoded == []


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (40, 30)), (3, (40, 30)), (6, (30, 40)), (8, (30, 40))]
)
def test_width_and_height_are_as_displayed(orientation: int, size: tuple[int, int]) -> None:
    found = metadata(any_picture(exif=exif(Orientation=orientation)))

    assert (found["width"], found["height"]) == size
    assert found["orientation"] == orientation


def test_a_heic_is_as_wide_as_its_turn_makes_it_and_keeps_its_words() -> None:
    tags = exif(Orientation=6, Make="Darkroom", DateTimeOriginal="2026:07:14 18:30:00")
    content = any_picture(format="HEIF", look=Look(turns=3), exif=tags)

    found = metadata(content, declared="image/heic")

    assert (found["width"], found["height"], found["orientation"]) == (30, 40, 6)
    assert (found["camera_make"], found["taken_at"]) == ("Darkroom", "2026-07-14T18:30:00")
    assert found["content_type_mismatch"] is False


@pytest.mark.parametrize(
    ("format", "mode", "bits"),
    [
        ("PNG", "1", 1),
        ("PNG", "P", 1),
        ("PNG", "I;16", 16),
        ("PNG", "RGBA", 8),
        ("JPEG", "L", 8),
        ("JPEG", "CMYK", 8),
        ("TIFF", "I;16", 16),
        ("TIFF", "1", 1),
        ("BMP", "1", 1),
        ("GIF", "P", 8),
        ("AVIF", "RGB", 8),
        ("HEIF", "L", 8),
    ],
)
def test_mode_and_bit_depth_are_told(format: str, mode: str, bits: int) -> None:
    found = metadata(any_picture(format=format, mode=mode))

    assert (found["mode"], found["bit_depth"]) == (mode, bits)


def test_a_16_bit_colour_png_has_16_bits_though_it_is_opened_with_8() -> None:
    content = bytearray(any_picture(format="PNG"))
    content[24] = 16  # in IHDR, whose checksum must follow
    content[29:33] = crc32(content[12:29]).to_bytes(4, "big")

    found = metadata(bytes(content))

    assert (found["mode"], found["bit_depth"]) == ("RGB", 16)


def test_an_av1_configuration_tells_its_bit_depth() -> None:
    content = any_picture(format="AVIF")
    flags = content.index(b"av1C") + 6

    for bits, told in ((0x40, 10), (0x60, 12)):
        deep = content[:flags] + bytes([content[flags] | bits]) + content[flags + 1 :]
        assert bit_depth(decoded(content), deep) == told


def test_the_further_views_of_a_camera_do_not_make_its_jpeg_something_else() -> None:
    picture = Image.new("RGB", (40, 30))
    encoded = BytesIO()
    picture.save(encoded, "MPO", save_all=True, append_images=[picture])

    found = metadata(encoded.getvalue(), declared="image/jpeg")

    assert (found["format"], found["frames"]) == ("JPEG", 1)
    assert found["content_type_mismatch"] is False


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_frames_are_counted(format: str) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    encoded = BytesIO()
    frames[0].save(encoded, format, save_all=True, append_images=frames[1:])

    assert metadata(encoded.getvalue())["frames"] == 3


@pytest.mark.parametrize(
    ("options", "alpha"),
    [({"mode": "RGBA"}, True), ({"mode": "P", "transparency": 0}, True), ({"mode": "L"}, False)],
)
def test_alpha_is_told_of_channels_and_palettes(options: dict[str, Any], alpha: bool) -> None:
    assert metadata(any_picture(format="PNG", **options))["alpha"] is alpha


@pytest.mark.parametrize(
    ("declared", "mismatch"),
    [
        ("image/jpeg", False),
        ("image/JPG; charset=binary", False),
        ("", False),
        ("application/octet-stream", False),
        ("image/png", True),
        ("text/html", True),
    ],
)
def test_a_declared_type_that_names_another_format_is_told(declared: str, mismatch: bool) -> None:
    found = metadata(any_picture(format="JPEG"), declared=declared)

    assert found["content_type_mismatch"] is mismatch


@pytest.mark.parametrize("description", [icc_name_v2("Display P3"), icc_name_v4("Display P3")])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_the_profile_is_named(format: str, description: bytes) -> None:
    content = any_picture(format=format, icc_profile=icc(description))

    assert metadata(content)["profile_name"] == "Display P3"
