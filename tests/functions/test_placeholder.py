"""What stands for a picture is small, right, and alike for pictures that are alike."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw

from functions.make_thumbnails.placeholder import dominant_colour, perceptual_hash, thumb_hash


def scene(width: int = 120, height: int = 80) -> Image.Image:
    image = Image.new("RGB", (120, 80), "skyblue")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 50, 120, 80), fill="darkgreen")
    draw.ellipse((80, 8, 100, 28), fill="yellow")
    return image.resize((width, height))


def average(content: bytes) -> tuple[float, float, float]:
    """Return the average colour that a ThumbHash tells, as its author's decoder has it."""
    first = int.from_bytes(content[:3], "little")
    light = (first & 63) / 63
    yellow, red = (first >> 6 & 63) / 31.5 - 1, (first >> 12 & 63) / 31.5 - 1
    blue = light - 2 / 3 * yellow
    rose = (3 * light - blue + red) / 2
    return rose, rose - red, blue


def ratio(content: bytes) -> float:
    """Return the width over height that a ThumbHash tells."""
    limit = 5 if content[2] & 0x80 else 7
    waves, wide = content[3] & 7, content[4] & 0x80
    return limit / waves if wide else waves / limit


@pytest.mark.parametrize("colour", ["red", "lime", "blue", "white", "black", "orange"])
def test_a_thumb_hash_tells_the_average_colour(colour: str) -> None:
    image = Image.new("RGB", (60, 40), colour)
    told, right = average(thumb_hash(image)), image.getpixel((0, 0))
    assert isinstance(right, tuple)
    assert all(abs(a - b / 255) < 0.05 for a, b in zip(told, right, strict=True))


@pytest.mark.parametrize("size", [(120, 80), (80, 120), (100, 100), (1, 1), (1, 2000), (7, 3)])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_thumb_hash_is_short_and_tells_the_shape(size: tuple[int, int], mode: str) -> None:
    image = scene(*size).convert(mode)
    if mode == "RGBA":
        image.putalpha(100)
    content = thumb_hash(image)
    assert 5 < len(content) <= 25
    assert bool(content[2] & 0x80) == (mode == "RGBA")
    wanted = size[0] / size[1]
    assert abs(ratio(content) / min(7, max(1 / 7, wanted)) - 1) < 0.45


@pytest.mark.parametrize("clear", [0, 255])
def test_a_picture_of_nothing_has_a_placeholder(clear: int) -> None:
    image = Image.new("RGBA", (10, 10), (0, 0, 0, clear))
    assert thumb_hash(image)
    assert dominant_colour(image) == ("#000000" if clear else "#ffffff")


@pytest.mark.parametrize(("colour", "share"), [("#336699", 60), ("#c04020", 51)])
def test_the_dominant_colour_is_the_most_frequent_not_the_average(colour: str, share: int) -> None:
    image = Image.new("RGB", (100, 100), "white")
    image.paste(colour, (0, 0, share, 100))
    assert dominant_colour(image.resize((100, 50), Image.Resampling.NEAREST)) == colour


@pytest.mark.parametrize("change", [{"quality": 30}, {"quality": 90, "size": (60, 40)}])
def test_near_duplicates_are_near(change: dict[str, Any]) -> None:
    encoded = BytesIO()
    scene(*change.pop("size", (120, 80))).save(encoded, "JPEG", **change)
    assert distance(scene(), Image.open(encoded)) <= 6


def test_different_pictures_are_far() -> None:
    ramp = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90)
    assert distance(ramp, ramp.transpose(Image.Transpose.ROTATE_180)) > 32
    assert distance(scene(), ramp) > 16


def distance(one: Image.Image, other: Image.Image) -> int:
    return (int(perceptual_hash(one), 16) ^ int(perceptual_hash(other), 16)).bit_count()
