"""Brings pixels into sRGB."""

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsTransform

SPACES = {"L": "GRAY", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}
SPACE = slice(16, 20)  # where a profile names its own
PROFILE_IGNORED, NO_PROFILE = "profile_ignored", "cmyk_without_profile"
# Below this a difference is rounding: such a profile is sRGB under whatever name.
SAME = 1


def to_srgb(image: Image.Image, profile: bytes) -> tuple[Image.Image, list[str]]:
    """Convert by the embedded *profile*; return mode L, RGB or RGBA, and what is to be noted.

    A profile that is broken, or made for another kind of pixels, is ignored. CMYK without one is
    taken as ideal inks, which is what browsers do: brighter than print, but never a wrong hue.
    """
    notes: list[str] = []
    if profile:
        try:
            image = _applied(image, profile)
        except Exception:  # a broken profile raises nearly anything; it costs the profile only
            notes.append(PROFILE_IGNORED)
    if image.mode == "CMYK":
        notes += [] if profile else [NO_PROFILE]
        image = image.convert("RGB")
    return image, notes


def _applied(image: Image.Image, profile: bytes) -> Image.Image:
    if image.mode == "L" and profile[SPACE] == b"RGB ":  # of which grey needs the curve alone
        return _applied(image.convert("RGB"), profile).convert("L")
    transform = _transform(profile, image.mode)
    if transform is None:
        return image
    converted = _transformed(image, transform)
    return converted.convert("L") if image.mode == "L" else converted


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> "ImageCmsTransform | None":
    """Build the way to sRGB; None if there is nothing to do. Cameras share few profiles."""
    from PIL import ImageCms

    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    if source.profile.xcolor_space.strip() != SPACES[mode]:
        raise ValueError(f"a profile for {source.profile.xcolor_space} on {mode}")
    output = "RGBA" if mode == "RGBA" else "RGB"
    target = ImageCms.createProfile("sRGB")
    # By matrix all intents are the same. Tables have a picture in view: theirs for colorimetry may
    # turn what no screen shows into another hue. Of inks, what a screen can show stays as it is.
    inks = mode == "CMYK"
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC if inks else ImageCms.Intent.PERCEPTUAL
    flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
    transform = ImageCms.buildTransform(source, target, mode, output, intent, flags)
    return None if not inks and _changes_nothing(transform, mode) else transform


def _transformed(image: Image.Image, transform: Any) -> Image.Image:
    from PIL import ImageCms  # loaded for the pictures that need it: most have no profile

    return ImageCms.applyTransform(image, transform) or image


def _changes_nothing(transform: Any, mode: str) -> bool:
    """Try the transform on a chart of 9 steps in each channel."""
    from PIL import ImageChops

    ramp = bytes(min(255, step * 32) for step in range(9))
    chart = bytes(
        value for red in ramp for green in ramp for blue in ramp for value in (red, green, blue)
    )
    before = Image.frombytes("RGB", (27, 27), chart)
    after = _transformed(before.convert(mode), transform)
    difference = ImageChops.difference(before.convert(mode).convert("RGB"), after.convert("RGB"))
    return max(high for _, high in difference.getextrema()) <= SAME  # type: ignore[misc]
