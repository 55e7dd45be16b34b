"""Variants for tests, and a short way to one thumbnail."""

from typing import Any

from PIL import Image

from functions.make_thumbnails.framing import scale_of, scaled
from functions.make_thumbnails.thumbnails import Shrunk, shrink
from functions.make_thumbnails.variants import Thumbnail, Variant
from tests.pictures import decoded

MEMORY = 256 << 20


def any_variant(long_edge: int = 64, format: Any = "JPEG", **options: Any) -> Variant:
    """Return a variant, named by its size."""
    return Variant(str(long_edge), long_edge, format, options.pop("quality", 85), **options)


def fit(size: tuple[int, int], long_edge: int) -> tuple[int, int]:
    """Return the size at which a picture of *size* fits *long_edge*."""
    return scaled(size, scale_of(size, any_variant(long_edge)))


def shrunk(content: bytes, variant: Variant | None = None) -> Shrunk:
    """Shrink to a single variant."""
    return shrink(content, [variant or any_variant()], MEMORY)


def only(content: bytes, variant: Variant | None = None) -> Thumbnail:
    """Return the thumbnail of a single variant."""
    [thumbnail] = shrunk(content, variant).thumbnails
    return thumbnail


def pixel(content: bytes, x: int = 0, y: int = 0, **options: Any) -> Any:
    """Return one pixel of a thumbnail as a browser would show it, RGBA."""
    picture: Image.Image = decoded(only(content, any_variant(**options)).content)
    return picture.convert("RGBA").getpixel((x % picture.width, y % picture.height))
