"""Profiles of tables show what they mean for the eye; those of matrices have one way only."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageCms
from PIL.ImageCms import Intent

from tests.pictures import any_picture, saved
from tests.profiles import display_p3, green_or_magenta_inks, green_or_magenta_screen
from tests.thumbnails import pixel


def test_a_screens_colours_are_shown_as_its_profile_wants_them_seen() -> None:
    content = any_picture(format="PNG", icc_profile=green_or_magenta_screen())
    red, green, blue, _ = pixel(content)
    assert green > 100 > 60 > max(red, blue)


def test_inks_are_shown_as_they_measure() -> None:
    image = Image.new("CMYK", (20, 20), (255, 0, 0, 0))
    red, green, blue, _ = pixel(saved(image, "TIFF", icc_profile=green_or_magenta_inks()))
    assert min(red, blue) > 100 > green


@pytest.mark.parametrize("intent", [Intent.RELATIVE_COLORIMETRIC, Intent.SATURATION])
def test_by_matrix_all_intents_are_the_same(intent: Intent) -> None:
    chart = Image.merge("RGB", [Image.effect_noise((64, 64), 90) for _ in range(3)])
    difference = ImageChops.difference(_shown(chart, intent), _shown(chart, Intent.PERCEPTUAL))
    assert difference.getbbox() is None
    assert ImageChops.difference(_shown(chart, intent), chart).getbbox()


def _shown(chart: Image.Image, intent: Intent) -> Any:
    profile = ImageCms.ImageCmsProfile(BytesIO(display_p3()))
    flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
    srgb = ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(chart, profile, srgb, intent, "RGB", flags=flags)
