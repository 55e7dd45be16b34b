"""Colours, depths and transparency come out as they went in; judged by eye, not by byte."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from tests.pictures import any_picture, saved
from tests.profiles import display_p3, green_inks
from tests.thumbnails import pixel, shrunk

RED, GREEN, CLEAR = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 0, 0)


def plain(mode: str, colour: Any, format: str = "PNG", size: int = 20, **options: Any) -> bytes:
    return saved(Image.new(mode, (size, size), colour), format, **options)


def near(found: Any, expected: Any, tolerance: int = 4) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("size", [20, 400])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_an_embedded_profile_is_converted(format: str, size: int) -> None:
    content = plain("RGB", (200, 100, 60), format, size, icc_profile=display_p3())
    expected = ImageCms.profileToProfile(
        Image.new("RGB", (1, 1), (200, 100, 60)),
        ImageCms.ImageCmsProfile(BytesIO(display_p3())),
        ImageCms.createProfile("sRGB"),
    )
    assert expected is not None
    right: Any = expected.getpixel((0, 0))
    assert right[0] > 210  # the same numbers mean a stronger red in the wider space
    assert near(pixel(content)[:3], right)


def test_srgb_changes_nothing_under_whatever_name() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert near(pixel(plain("RGB", (200, 100, 60), icc_profile=srgb))[:3], (200, 100, 60), 2)


@pytest.mark.parametrize("profile", [b"profile", display_p3()[:200], green_inks()])
def test_a_broken_or_foreign_profile_is_ignored_and_noted(profile: bytes) -> None:
    content = plain("RGB", "red", icc_profile=profile)
    assert near(pixel(content), RED)
    assert shrunk(content).notes == ["profile_ignored"]


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_inks_go_through_their_profile(format: str) -> None:
    content = plain("CMYK", (255, 0, 0, 0), format, icc_profile=green_inks())
    red, green, blue, _ = pixel(content)
    assert green > 100 > 60 > max(red, blue)
    assert shrunk(content).notes == []


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_inks_without_a_profile_keep_their_hue(format: str) -> None:
    content = plain("CMYK", (0, 255, 255, 0), format)
    assert near(pixel(content), RED)
    assert shrunk(content).notes == ["cmyk_without_profile"]


def test_inks_without_adobes_marker_are_taken_as_adobes() -> None:
    adobe = plain("CMYK", (0, 255, 255, 0), "JPEG")
    at = adobe.index(b"\xff\xee")
    length = int.from_bytes(adobe[at + 2 : at + 4], "big")
    assert near(pixel(adobe[:at] + adobe[at + 2 + length :]), RED)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
@pytest.mark.parametrize("value", [0, 128, 32_768, 65_535])
def test_sixteen_bits_are_scaled_not_clipped(format: str, value: int) -> None:
    grey = pixel(plain("I;16", value, format))[0]
    assert abs(grey - value / 257) <= 1


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("F", 0.5, 128),
        ("F", 128.0, 128),
        ("F", 32_768.0, 128),
        ("I", 128, 128),
        ("I", 32_768, 128),
        ("L", 128, 128),
        ("1", 1, 255),
    ],
)
def test_other_depths_keep_their_grey(mode: str, value: Any, expected: int) -> None:
    assert abs(pixel(plain(mode, value, "TIFF"))[0] - expected) <= 1


def test_floats_beyond_any_white_are_stretched() -> None:
    image = Image.new("F", (20, 20), -5e6)
    image.paste(7e6, (10, 0, 20, 20))
    content = saved(image, "TIFF")
    assert (pixel(content)[0], pixel(content, -1)[0]) == (0, 255)


def test_a_palette_with_transparency_keeps_it() -> None:
    image = Image.new("P", (40, 20), 0)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.paste(1, (20, 0, 40, 20))
    content = saved(image, transparency=bytes([255, 0]))
    assert near(pixel(content, format="WEBP"), RED, 8)
    assert pixel(content, -1, format="WEBP")[3] == 0
    assert near(pixel(content, -1), (255, 255, 255, 255))


@pytest.mark.parametrize(
    ("mode", "key", "other"), [("RGB", (0, 0, 255), "red"), ("L", 7, 200), ("I;16", 700, 50_000)]
)
def test_a_transparent_colour_becomes_transparent(mode: str, key: Any, other: Any) -> None:
    image = Image.new(mode, (40, 20), other)
    image.paste(Image.new(mode, (20, 20), key), (20, 0))
    content = saved(image, transparency=key)
    assert pixel(content, format="WEBP")[3] == 255
    assert pixel(content, -1, format="WEBP")[3] == 0


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("format", ["WEBP", "AVIF"])
def test_transparency_is_kept_where_the_format_can(mode: str, format: str) -> None:
    content = saved(Image.new("RGBA", (200, 200), (200, 0, 0, 128)).convert(mode))
    assert near([pixel(content, 30, 30, format=format)[3]], [128])


def test_what_is_clear_does_not_bleed_into_what_is_seen() -> None:
    image = Image.new("RGBA", (400, 400), (0, 255, 0, 0))
    image.paste(RED, (0, 0, 200, 400))
    edge = pixel(saved(image), 31, 32, background="#ff0000")
    assert near(edge, RED, 12)


def test_the_background_is_the_variants() -> None:
    assert near(pixel(plain("RGBA", CLEAR), background="#00ff00"), GREEN)


def test_an_animation_shows_its_first_composited_frame() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    for format in ("GIF", "WEBP", "PNG", "AVIF"):
        content = saved(frames[0], format, save_all=True, append_images=frames[1:])
        assert near(pixel(content), RED, 8), format


def test_a_first_frame_that_leaves_the_canvas_free_is_clear_there() -> None:
    content = bytearray(any_picture(20, 20, "GIF"))
    content[6:8] = (40).to_bytes(2, "little")  # a wider canvas, the frame at its left
    assert pixel(bytes(content), 2, format="WEBP")[3] == 255
    assert pixel(bytes(content), -2, format="WEBP")[3] == 0


def test_lab_becomes_srgb() -> None:
    assert near(pixel(plain("LAB", (255, 128, 128), "TIFF")), (255, 255, 255, 255), 6)


def test_the_views_of_a_camera_are_one_jpeg() -> None:
    views = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    content = saved(views[0], "MPO", save_all=True, append_images=views[1:])
    assert near(pixel(content), RED)


def test_a_gain_map_is_noted() -> None:
    xmp = b'<x hdrgm:Version="1.0"/>'
    assert shrunk(any_picture(xmp=xmp)).notes == ["hdr_gain_map"]
