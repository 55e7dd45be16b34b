"""What decoding a picture will allocate, reckoned from its header.

The factors were measured, not guessed: for each kind of file a process of its own wrote "5" to
``/proc/self/clear_refs``, opened and loaded pictures of 3 and 12 megapixels, and read VmHWM;
tests/layers/test_pictures_memory.py does it again. They bound what was seen from above by 5 to 20
per cent. The stored file itself is held by the caller and is not counted, but copies of it are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

from PIL import Image

from darkroom.pictures import jpeg, tiff
from darkroom.refusals import Reason, Refused

# The filter needs 1.4 times what it makes: from there on the encoded result was never worse
# against full-decode LANCZOS (PSNR +0.03 to +0.1 dB at 2 to 48 MP, scales 2 and 4), and below
# it the loss before encoding grows from 1.6 dB.
ROOM = 1.4
SCALES = (8, 4, 2, 1)
COEFFICIENT = 2
DECODED = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
# What making pixels of one kind and resizing them takes besides: conversion and premultiplying.
PREPARED = {"L": 0, "RGB": 0, "CMYK": 0, "RGBA": 4, "1": 1, "P": 4, "I;16": 3, "I": 5, "F": 5}
OTHER_MODE = 8
CANVAS = 6  # bytes for a pixel of a GIF
WEBP_COPIES = 2  # of the file
DEEP, SUBSAMPLED = 0x40, 0x0C
# Small tables, line buffers and the decoder's threads; the smallest picture costs about this.
FIXED = 4 << 20


@dataclass(frozen=True)
class Header:
    """What the cost depends on; ``width`` and ``height`` as stored."""

    format: str
    mode: str
    width: int
    height: int
    content: bytes
    image: Image.Image

    @classmethod
    def of(cls, image: Image.Image, content: bytes, kind: str) -> "Header":
        """Take it from an opened picture."""
        return cls(kind, image.mode, *image.size, content, image)

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def decoded(self) -> int:
        """Return the bytes of one pixel as Pillow holds it."""
        return DECODED.get(self.mode, 4)


def check(header: Header, long_edge: int, max_memory: int) -> None:
    """Raise `Refused` if decoding would allocate more than *max_memory* bytes."""
    cost = decoding_cost(header, long_edge)
    if cost > max_memory:
        size = f"{header.width}x{header.height} {header.format}"
        raise Refused(
            Reason.TOO_MANY_PIXELS, f"{size} takes {cost >> 20} MiB, at most {max_memory >> 20}"
        )


def check_canvas(width: int, height: int, max_memory: int) -> None:
    """Refuse a GIF before it is opened: Pillow makes a canvas as soon as it reads the header."""
    if width * height * CANVAS > max_memory:
        raise Refused(
            Reason.TOO_MANY_PIXELS, f"{width}x{height} GIF, at most {max_memory >> 20} MiB"
        )


def decoding_cost(header: Header, long_edge: int) -> int:
    """Return an upper bound of the bytes that decoding and shrinking to *long_edge* allocate."""
    scale = draft_scale((header.width, header.height), long_edge) if header.format == "JPEG" else 1
    decoder = _DECODERS[header.format](header, scale)
    held = header.pixels * (header.decoded + _preparing(header)) // scale**2
    return int(max(decoder, held)) + _resizing(header, long_edge, scale) + FIXED


def draft_scale(size: tuple[int, int], long_edge: int) -> int:
    """Return by how much a JPEG may shrink while decoding: 1, 2, 4 or 8."""
    least = [max(1, ceil(side * long_edge * ROOM / max(size))) for side in size]
    room = min(side // wanted for side, wanted in zip(size, least, strict=True))
    return next((scale for scale in SCALES if room >= scale), 1)


def _preparing(header: Header) -> int:
    transparent = 8 if "transparency" in header.image.info else 0
    return max(PREPARED.get(header.mode, OTHER_MODE), transparent)


def _resizing(header: Header, long_edge: int, scale: int) -> int:
    """Return the first pass of the filter, which is as high as the source, and the variants."""
    shrink = min(1.0, long_edge / max(header.width, header.height))
    first_pass = 4 * ceil(header.pixels * shrink / scale)
    return first_pass + 16 * ceil(header.pixels * shrink**2)


def _pillow(header: Header, scale: int) -> int:
    return header.pixels * header.decoded


def _jpeg(header: Header, scale: int) -> int:
    pixels = header.pixels * header.decoded // scale**2
    if jpeg.is_buffered(header.content, header.image):
        pixels += ceil(header.pixels * COEFFICIENT * jpeg.samples_per_pixel(header.image))
    return pixels


def _gif(header: Header, scale: int) -> int:
    """A frame, the canvas it is laid on, and what disposing of it restores; each may be RGBA."""
    return header.pixels * CANVAS


def _webp(header: Header, scale: int) -> int:
    """Canvas, disposed canvas, Pillow's bytes and its picture, and two copies of the file."""
    return header.pixels * 17 + WEBP_COPIES * len(header.content)


def _tiff(header: Header, scale: int) -> int:
    """The picture and one unpacked strip or tile; one packed as JPEG takes 4 bytes for 3."""
    return header.pixels * header.decoded + tiff.strip_bytes(header.content) * 4 // 3


def _avif(header: Header, scale: int) -> int:
    """Planes, Pillow's bytes and its picture; the codec's flags tell of 10 bit and of 4:2:0.

    AV1-ISOBMFF 2.3.3: high_bitdepth is 0x40, both ways of subsampling the chroma are 0x0C.
    """
    at = header.content.find(b"av1C")
    flags = header.content[at + 6] if 0 < at < len(header.content) - 6 else DEEP
    light = 11 if header.mode == "RGB" and flags & SUBSAMPLED == SUBSAMPLED else 14
    return header.pixels * (20 if flags & DEEP else light) + len(header.content)


def _heif(header: Header, scale: int) -> int:
    return header.pixels * 14 + 2 * len(header.content)


_DECODERS: dict[str, Callable[[Header, int], Any]] = {
    "JPEG": _jpeg,
    "PNG": _pillow,
    "GIF": _gif,
    "WEBP": _webp,
    "TIFF": _tiff,
    "BMP": lambda header, scale: header.pixels * (header.decoded + 1),
    "AVIF": _avif,
    "HEIF": _heif,
}
