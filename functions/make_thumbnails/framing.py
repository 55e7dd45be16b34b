"""Sizes of variants, and how a picture is laid into them."""

from PIL import Image

from functions.make_thumbnails.variants import Variant

Size = tuple[int, int]


def scale_of(size: Size, variant: Variant) -> float:
    """Return by what a picture of *size* is scaled for *variant*; never above 1."""
    side = min(size) if variant.fit == "fill" else max(size)
    return min(1.0, variant.long_edge / side)


def scaled(size: Size, scale: float) -> Size:
    """Return *size* times *scale*, rounded; no side below 1."""
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def framed(image: Image.Image, variant: Variant) -> Image.Image:
    """Crop or pad an already scaled picture as *variant* wants it."""
    if variant.fit == "fill":
        return _square(image)
    return _padded(image, variant.background) if variant.fit == "pad" else image


def _square(image: Image.Image) -> Image.Image:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _padded(image: Image.Image, background: str) -> Image.Image:
    side = max(image.size)
    canvas = Image.new("RGB", (side, side), background)
    place = ((side - image.width) // 2, (side - image.height) // 2)
    canvas.paste(image, place, image.getchannel("A") if image.mode == "RGBA" else None)
    return canvas
