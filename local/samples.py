"""The demo's pictures, drawn on the spot: different formats, sizes, owners and troubles."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from PIL.ExifTags import IFD, Base

from local import heic

ROTATED_90 = 6


@dataclass(frozen=True)
class Sample:
    """A file to upload, and what must become of it.

    ``size`` is the picture's as displayed; ``thumbnail_refusal`` is why it gets no thumbnails and
    ``refusal`` why it gets no metadata either.
    """

    key: str
    content: bytes
    content_type: str
    size: tuple[int, int] | None = None
    thumbnail_refusal: str | None = None
    refusal: str | None = None


def samples() -> list[Sample]:
    """Draw them all."""
    turned = _jpeg(_landscape(1200, 800), exif=_camera(Orientation=ROTATED_90))
    return [
        Sample("alice/2026/dunes.jpg", _jpeg(_landscape(1600, 1067)), "image/jpeg", (1600, 1067)),
        Sample("alice/2026/held upright.jpg", turned, "image/jpeg", (800, 1200)),
        Sample("alice/logo.png", _encoded(_badge(600), "PNG"), "image/png", (600, 600)),
        Sample("bob/icon.png", _encoded(_badge(48), "PNG"), "image/png", (48, 48)),
        Sample("bob/wide.webp", _encoded(_landscape(3000, 500), "WEBP"), "image/webp", (3000, 500)),
        Sample("alice/2026/phone.heic", _phone(_landscape(640, 480)), "image/heic", (480, 640)),
        Sample("bob/orbit.gif", _animation(240, frames=12), "image/gif", (240, 240)),
        Sample("carol/Zürich+日本 100%.jpg", _jpeg(_landscape(900, 600)), "image/jpeg", (900, 600)),
        Sample("no-folder.jpg", _jpeg(_landscape(400, 300)), "image/jpeg", (400, 300)),
        Sample(
            "bob/really-a-text.jpg", b"This is no picture.\n" * 40, "image/jpeg",
            thumbnail_refusal="NOT_AN_IMAGE", refusal="NOT_AN_IMAGE",
        ),
        Sample(
            "carol/half-uploaded.jpg", turned[: len(turned) // 2], "image/jpeg", (800, 1200),
            thumbnail_refusal="TRUNCATED",
        ),
    ]  # fmt: skip


def replacement() -> Sample:
    """Return what overwrites the first sample."""
    picture = _jpeg(_landscape(1400, 1050, hour=20))
    return Sample("alice/2026/dunes.jpg", picture, "image/jpeg", (1400, 1050))


def short_lived() -> Sample:
    """Return what is uploaded only to be deleted."""
    return Sample("carol/mistake.jpg", _jpeg(_landscape(640, 480)), "image/jpeg", (640, 480))


def _landscape(width: int, height: int, hour: int = 12) -> Image.Image:
    """Draw dunes under a sky of that hour."""
    sky = Image.linear_gradient("L").resize((width, height))
    dusk = abs(hour - 12) / 12
    top, bottom = (40 + 120 * dusk, 110 - 60 * dusk, 200 - 90 * dusk), (250, 220 - 90 * dusk, 170)
    bands = [sky.point(_between(start, end)) for start, end in zip(top, bottom, strict=True)]
    picture = Image.merge("RGB", bands)
    draw = ImageDraw.Draw(picture)
    for layer in range(4):
        shade = 150 - 34 * layer
        ridge = [(x, _ridge(x / width, layer) * height) for x in range(0, width + 8, 8)]
        draw.polygon(
            [(0, height), *ridge, (width, height)], fill=(shade, shade * 3 // 4, shade // 2)
        )
    return picture


def _between(start: float, end: float) -> Callable[[int], int]:
    return lambda value: int(start + (end - start) * value / 255)


def _ridge(x: float, layer: int) -> float:
    return 0.45 + 0.13 * layer + 0.06 * math.sin(x * (5 + 2 * layer) + layer * 1.7)


def _badge(size: int) -> Image.Image:
    """Draw a lens on a transparent ground."""
    picture = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(picture)
    for radius, colour in ((0.48, "#222"), (0.38, "#c33"), (0.24, "#eee"), (0.1, "#22222280")):
        box = [size * (0.5 - radius)] * 2 + [size * (0.5 + radius)] * 2
        draw.ellipse(box, fill=colour)
    return picture


def _animation(size: int, frames: int) -> bytes:
    """Draw a moon that goes round once."""
    pictures = []
    for number in range(frames):
        picture = Image.new("P", (size, size))
        picture.putpalette([16, 20, 40, 250, 240, 190])
        angle = 2 * math.pi * number / frames
        x, y = (size * (0.5 + 0.35 * turn(angle)) for turn in (math.cos, math.sin))
        ImageDraw.Draw(picture).ellipse([x - 18, y - 18, x + 18, y + 18], fill=1)
        pictures.append(picture)
    return _encoded(
        pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=80, loop=0
    )


def _camera(**tags: Any) -> Image.Exif:
    block = Image.Exif()
    block[Base.Make], block[Base.Model] = "Darkroom", "Pinhole 1"
    block.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = "2026:07:14 18:30:00"
    for name, value in tags.items():
        block[Base[name]] = value
    return block


def _jpeg(picture: Image.Image, exif: Image.Exif | None = None) -> bytes:
    return _encoded(picture, "JPEG", quality=88, exif=exif or _camera())


def _phone(picture: Image.Image) -> bytes:
    """Encode as a phone that is held upright: its sensor lies on its side."""
    tags = _camera(Orientation=ROTATED_90).tobytes()
    return heic.encode(picture, look=heic.Look(turns=3), exif=tags)


def _encoded(picture: Image.Image, format: str, **options: Any) -> bytes:  # noqa: A002
    encoded = BytesIO()
    picture.save(encoded, format, **options)
    return encoded.getvalue()
