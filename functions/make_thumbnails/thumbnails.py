"""Pictures in, thumbnails out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from PIL import Image

from darkroom.pictures import open_picture, orientation
from darkroom.refusals import Reason, Refused

BACKGROUND = (255, 255, 255)

# What undoes each EXIF orientation (Exif 2.32, table 6).
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Variant:
    """One kind of thumbnail; ``long_edge`` in pixels, ``quality`` 1 to 100."""

    name: str
    long_edge: int
    format: Literal["JPEG", "WEBP"]
    quality: int


@dataclass(frozen=True)
class Thumbnail:
    """An encoded picture of ``width`` x ``height`` pixels."""

    variant: Variant
    content: bytes
    width: int
    height: int


def shrink(content: bytes, variants: Sequence[Variant], max_pixels: int) -> list[Thumbnail]:
    """Make each variant of a picture: upright, never enlarged, without any metadata.

    Raises:
        Refused: if the picture cannot be decoded, now or ever.
    """
    picture = open_picture(content, max_pixels)
    turn = orientation(picture)
    full_size = picture.size
    _prepare(picture, max(variant.long_edge for variant in variants))
    return list(_variants(_pixels(picture), full_size, turn, variants))


def _prepare(picture: Image.Image, long_edge: int) -> None:
    # A JPEG shrinks while it decodes; twice the size that is asked for leaves the filter its room.
    picture.draft(None, (long_edge * 2, long_edge * 2))
    try:
        picture.load()
    except OSError as error:
        reason = Reason.TRUNCATED if "truncated" in str(error) else Reason.CORRUPT
        raise Refused(reason, repr(error)[:200]) from error
    except (ValueError, SyntaxError, EOFError, IndexError) as error:
        raise Refused(Reason.CORRUPT, repr(error)[:200]) from error


def _pixels(picture: Image.Image) -> Image.Image:
    """Return the first frame as RGB or RGBA, with nothing left of what came with it."""
    if picture.mode.startswith("I;16"):
        picture = picture.point(lambda value: value / 256, "L")
    elif picture.mode == "I":
        picture = picture.point(lambda value: value / 256).convert("L")
    pixels = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    pixels.info.clear()
    return pixels


def _variants(
    pixels: Image.Image, full_size: tuple[int, int], turn: int, variants: Sequence[Variant]
) -> Iterator[Thumbnail]:
    for variant in sorted(variants, key=lambda variant: -variant.long_edge):
        # Each one is made from the one before, which is larger, but measured by the original.
        size = fit(full_size, variant.long_edge)
        pixels = pixels if pixels.size == size else pixels.resize(size, Image.Resampling.LANCZOS)
        yield _encode(pixels.transpose(UPRIGHT[turn]) if turn in UPRIGHT else pixels, variant)


def fit(size: tuple[int, int], long_edge: int) -> tuple[int, int]:
    """Return *size* scaled down so that its longer side is at most *long_edge*; no side below 1."""
    scale = min(1.0, long_edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _encode(pixels: Image.Image, variant: Variant) -> Thumbnail:
    encoded = BytesIO()
    if variant.format == "JPEG":
        flat = _flatten(pixels)
        flat.save(encoded, "JPEG", quality=variant.quality, optimize=True, progressive=True)
    else:
        pixels.save(encoded, "WEBP", quality=variant.quality, method=4)
    return Thumbnail(variant, encoded.getvalue(), *pixels.size)


def _flatten(pixels: Image.Image) -> Image.Image:
    if pixels.mode != "RGBA":
        return pixels
    flat = Image.new("RGB", pixels.size, BACKGROUND)
    flat.paste(pixels, mask=pixels.getchannel("A"))
    return flat
