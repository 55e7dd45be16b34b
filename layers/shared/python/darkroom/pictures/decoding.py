"""Decodes a picture's first frame into pixels that can be resized."""

from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageMath

from darkroom.pictures import jpeg, png
from darkroom.pictures.endings import is_cut_short
from darkroom.pictures.memory import draft_scale
from darkroom.pictures.opening import Picture, refusing
from darkroom.refusals import Reason, Refused

Box = tuple[float, float, float, float]
BITS_PER_SAMPLE, SAMPLE_FORMAT, UNSIGNED = 258, 339, 1
# The whites that 32 bit and floating point pictures are made for; others are stretched.
WHITES = (1, 255, 65535)
EIGHT = 8
CLEAR = (0, 0)


@dataclass(frozen=True)
class Decoded:
    """Pixels of mode L, RGB, RGBA or CMYK, not yet upright nor sRGB.

    ``box`` is what of them shows the picture: one that shrank while decoding may end within its
    last column, and ignoring that would shift every edge.
    """

    image: Image.Image
    box: Box
    profile: bytes


def decode(picture: Picture, long_edge: int) -> Decoded:
    """Decode *picture*, small if the format can and *long_edge* allows.

    Raises:
        Refused: if it is damaged, or the memory does not suffice after all.
    """
    if picture.format == "HEIF" and is_cut_short(picture.content, "HEIF"):
        # libheif would show green where tiles are missing.
        raise Refused(Reason.TRUNCATED, "the file ends within a box")
    with refusing(picture.content, picture.format):
        image = picture.image
        profile = picture.profile
        box: Box = (0, 0, *image.size)
        if picture.format == "JPEG":
            if jpeg.is_buffered(picture.content, image):
                jpeg.check_scans(picture.content)
            box = _draft(image, long_edge)
            # In pieces, the default, a progressive one takes 7 % longer.
            image.decodermaxblock = len(picture.content) + 1  # type: ignore[attr-defined]
        window = _window(image)
        image.load()
        if picture.format == "PNG":
            _scale_key(image, png.depth(picture.content))
        pixels = _uncovered(_resizable(image), window)
        pixels.info.clear()
        return Decoded(pixels, box, profile)


def _draft(image: Image.Image, long_edge: int) -> Box:
    width, height = image.size
    scale = draft_scale(image.size, long_edge)
    if scale > 1:
        image.draft(None, (width // scale, height // scale))
    factor = round(width / image.width)
    return (0, 0, width / factor, height / factor)


def _window(image: Image.Image) -> Any:
    """Return where the first frame of a GIF lies on its canvas, if it leaves some of it free."""
    if image.format != "GIF" or not getattr(image, "tile", None) or "transparency" in image.info:
        return None
    extents = tuple(image.tile[0][1])  # type: ignore[attr-defined]
    return extents if extents != (0, 0, *image.size) else None


def _uncovered(image: Image.Image, window: Any) -> Image.Image:
    """Make transparent what the first frame leaves free, as browsers do."""
    if not window:
        return image
    alpha = Image.new("L", image.size, 0)
    alpha.paste(255, window)
    image.putalpha(alpha)
    return image


def _resizable(image: Image.Image) -> Image.Image:
    """Convert to a mode that a filter may average."""
    # Pillow takes a JPEG's inks for inverted even without Adobe's marker, and so do Chromium and
    # ImageMagick: whoever wrote such a file saw it so.
    if image.mode == "CMYK":
        return image
    if image.mode == "RGBA":
        return _opaque(image)
    if image.mode == "La":
        image = image.convert("LA")
    if image.mode.startswith("I") or image.mode == "F":
        return _deep(image)
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("1", "L"):
        return image if image.mode == "L" else image.convert("L")
    return image if image.mode == "RGB" else _converted(image)


def _converted(image: Image.Image) -> Image.Image:
    if image.mode != "LAB":
        return image.convert("RGB")
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB") or image


def _opaque(image: Image.Image) -> Image.Image:
    """Leave out a BMP's alpha that is 0 everywhere: programs forget to fill it in."""
    if image.format != "BMP" or image.mode != "RGBA":
        return image
    return image if image.getextrema()[3:] != (CLEAR,) else image.convert("RGB")


def _scale_key(image: Image.Image, depth: int) -> None:
    """Scale the transparent colour of a PNG as Pillow has scaled its pixels to 8 bits."""
    key = image.info.get("transparency")
    if image.mode == "RGB" and isinstance(key, tuple) and depth > EIGHT:
        image.info["transparency"] = tuple(value >> depth - EIGHT for value in key)
    if image.mode == "L" and isinstance(key, int) and depth < EIGHT:
        most = 2**depth - 1
        image.info["transparency"] = (key & most) * 255 // most


def _deep(image: Image.Image) -> Image.Image:
    """Scale 16 and 32 bit grey to 8; what a PNG declares transparent becomes so."""
    key = image.info.get("transparency")
    image = _unwrapped(image)
    black, white = _range(image)
    if image.mode.startswith("I;16") and image.mode != "I;16":
        image = image.convert("I")  # big-endian: Pillow can do little with it
    scale = 255 / (white - black)
    # Pillow reads this lambda's factor and offset and cuts off decimals: hence the half.
    grey = image.point(lambda value: value * scale + (0.5 - black * scale)).convert("L")
    if not isinstance(key, int):
        return grey
    wide = image.convert("I")
    mask = ImageMath.lambda_eval(lambda args: (args["im"] != key) * 255, im=wide).convert("L")
    grey.putalpha(mask)
    return grey.convert("RGBA")


def _unwrapped(image: Image.Image) -> Image.Image:
    """Read anew what Pillow took for negative: the upper half of a TIFF's 32 unsigned bits."""
    formats = getattr(image, "tag_v2", {}).get(SAMPLE_FORMAT, (UNSIGNED,))
    if image.mode != "I" or UNSIGNED not in formats or _extrema(image)[0] >= 0:
        return image
    return Image.frombytes("F", image.size, image.tobytes(), "raw", "F;32N")


def _extrema(image: Image.Image) -> tuple[float, float]:
    return image.getextrema()  # type: ignore[return-value]  # as there is one channel


def _range(image: Image.Image) -> tuple[float, float]:
    """Return the values of black and white: the type's own where they can be told."""
    if image.mode.startswith("I;16"):
        bits = getattr(image, "tag_v2", {}).get(BITS_PER_SAMPLE, (16,))  # a TIFF may have 12
        return 0, 2 ** bits[0] - 1
    low, high = _extrema(image)
    if not (-1e30 < low <= high < 1e30):  # not a number, or no picture's
        return 0, 1
    if low < 0 or high > WHITES[-1]:
        return low, high if high > low else low + 1
    whites = WHITES if image.mode == "F" else WHITES[1:]
    return 0, next(white for white in whites if high <= white)
