"""Pictures for tests, made on the spot."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

from local import heic


def any_picture(
    width: int = 40, height: int = 30, format: str = "JPEG", mode: str = "RGB", **options: Any
) -> bytes:
    """Encode a picture: left half red, right half blue, so that one sees which way is up."""
    image = Image.new(mode, (width, height), _colour("red", mode))
    image.paste(_colour("blue", mode), (width // 2, 0, width, height))
    return saved(image, format, **options)


def saved(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    """Encode, HEIF as well, which Pillow does not."""
    if format == "HEIF":
        return _heic(image, **options)
    encoded = BytesIO()
    image.save(encoded, format, **options)
    return encoded.getvalue()


def _heic(
    image: Image.Image, *, exif: Image.Exif | None = None, icc_profile: bytes = b"", **options: Any
) -> bytes:
    """Encode with Pillow's names for what other encoders are told in the same words."""
    if icc_profile:
        options["look"] = heic.Look(icc=icc_profile)
    return heic.encode(image, exif=exif.tobytes() if exif else b"", **options)


def _colour(name: str, mode: str) -> Any:
    return Image.new("RGB", (1, 1), name).convert(mode).getpixel((0, 0))


def exif(**tags: Any) -> Image.Exif:
    """Return an EXIF block with the tags named as in the standard, ``Orientation=6``."""
    from PIL.ExifTags import IFD, Base

    block = Image.Exif()
    for name, value in tags.items():
        tag = Base[name]
        if tag in (Base.DateTimeOriginal,):
            block.get_ifd(IFD.Exif)[tag] = value
        else:
            block[tag] = value
    return block


def decoded(content: bytes) -> Image.Image:
    """Decode a picture."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def bomb(side: int) -> bytes:
    """Return a small PNG whose header claims a picture of *side* by *side*."""
    return png((side, side), 8, 6, bytes(1000))


def png(size: tuple[int, int], depth: int, colour: int, rows: bytes, *more: bytes) -> bytes:
    """Return a PNG of filtered *rows*, and *more* chunks ahead of its pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + pixels


def chunk(kind: bytes, data: bytes, damage: int = 0) -> bytes:
    """Return a PNG's chunk, its checksum off by *damage*."""
    checksum = struct.pack(">I", zlib.crc32(kind + data) ^ damage)
    return struct.pack(">I", len(data)) + kind + data + checksum


def png_with(*chunks: bytes, picture: bytes = b"") -> bytes:
    """Return a PNG with *chunks* right behind its header."""
    content = picture or any_picture(format="PNG")
    return content[:33] + b"".join(chunks) + content[33:]
