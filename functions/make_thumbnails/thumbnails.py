"""Pictures in, thumbnails out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from darkroom.pictures import Picture, open_picture
from darkroom.pictures.colour import to_srgb
from darkroom.pictures.decoding import decode
from darkroom.pictures.memory import Header, check
from darkroom.pictures.opening import SIDEWAYS, refusing
from functions.make_thumbnails.credits import credits_of
from functions.make_thumbnails.encoding import encode
from functions.make_thumbnails.framing import framed, scale_of, scaled
from functions.make_thumbnails.placeholder import dominant_colour, perceptual_hash, thumb_hash
from functions.make_thumbnails.resizing import resize
from functions.make_thumbnails.variants import Thumbnail, Variant

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
OPAQUE = (255, 255)


@dataclass(frozen=True)
class Shrunk:
    """The thumbnails in the order of their variants, and what stands for the picture meanwhile.

    ``placeholder`` is a ThumbHash; ``perceptual_hash`` is of 64 bits, near-duplicates differ in few
    of them. ``notes`` tells what a reader should know: ``profile_ignored``,
    ``cmyk_without_profile``, ``hdr_gain_map``.
    """

    thumbnails: list[Thumbnail]
    placeholder: bytes
    dominant_colour: str
    perceptual_hash: str
    notes: list[str]


def shrink(
    content: bytes, variants: Sequence[Variant], max_memory: int, keep_credits: bool = False
) -> Shrunk:
    """Make each variant of a picture: upright, sRGB, never enlarged, without any metadata.

    With *keep_credits* the artist and the copyright that its EXIF names stay.

    Raises:
        Refused: if the picture cannot be decoded, now or ever, within *max_memory* bytes.
    """
    needed = max(variant.long_edge for variant in variants)
    picture = open_picture(content, max_memory, needed)
    full = (picture.width, picture.height)
    scale = max(scale_of(full, variant) for variant in variants)
    if scale * max(full) > needed:  # to fill a square takes more of the picture than to fit it
        needed = max(scaled(full, scale))
        check(Header.of(picture.image, content, picture.format), needed, max_memory)
    with refusing(content, picture.format):
        credit = credits_of(picture.image) if keep_credits else None
        largest, notes = _largest(picture, needed, scaled(full, scale))
        images = dict(_sizes(largest, full, variants))
        thumbnails = [encode(framed(images[each], each), each, credit) for each in variants]
        return _shrunk(thumbnails, images.values(), [*picture.notes, *notes])


def _largest(
    picture: Picture, long_edge: int, size: tuple[int, int]
) -> tuple[Image.Image, list[str]]:
    """Return the picture at *size*, upright and in sRGB: the rest is made from it."""
    decoded = decode(picture, long_edge)
    stored = size[::-1] if picture.turn in SIDEWAYS else size
    # Colours are converted after the resizing: it costs a tenth and looks the same.
    image, notes = to_srgb(resize(decoded.image, stored, decoded.box), decoded.profile)
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == OPAQUE:
        image = image.convert("RGB")
    image.info.clear()
    return image.transpose(UPRIGHT[picture.turn]) if picture.turn in UPRIGHT else image, notes


def _shrunk(thumbnails: list[Thumbnail], images: Iterable[Image.Image], notes: list[str]) -> Shrunk:
    smallest = min(images, key=lambda image: image.width * image.height)
    return Shrunk(
        thumbnails,
        thumb_hash(smallest),
        dominant_colour(smallest),
        perceptual_hash(smallest),
        notes,
    )


def _sizes(
    image: Image.Image, full: tuple[int, int], variants: Sequence[Variant]
) -> Iterator[tuple[Variant, Image.Image]]:
    """Make each size from the next larger one, but measure it by the original."""
    for variant in sorted(variants, key=lambda each: -scale_of(full, each)):
        image = resize(image, scaled(full, scale_of(full, variant)))
        yield variant, image
