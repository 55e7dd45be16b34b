"""Makes the pictures to measure with: detail at every scale, and a sensor's noise on top."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from local import heic

SIDES = {0.2: (512, 384), 2: (1632, 1224), 12: (4000, 3000), 24: (6000, 4000), 48: (8000, 6000)}
# Together they make 12 megapixels weigh 4.4 MB, as a phone's do.
SENSOR_NOISE = 10.0  # standard deviation, of 255
QUALITY = 90
# A phone's 12 megapixels weigh about 2 MB.
HEIC_TILES, HEIC_QP = 5, 28


@dataclass(frozen=True)
class Source:
    """One picture: its megapixels and how it is stored."""

    megapixels: float
    kind: str

    @property
    def name(self) -> str:
        """Return the name that it has in tables and among the files."""
        return f"{self.megapixels:g} MP {self.kind}"

    def path(self, folder: Path) -> Path:
        """Return where it is kept."""
        return folder / f"{self.name.replace(' ', '-')}.picture"


ENCODERS = {
    "JPEG": ("JPEG", {"quality": QUALITY}),
    "progressive": ("JPEG", {"quality": QUALITY, "progressive": True}),
    "PNG": ("PNG", {"compress_level": 4}),
    "WebP": ("WEBP", {"quality": QUALITY, "method": 2}),
    "AVIF": ("AVIF", {"quality": 75, "speed": 9}),
}
FULL = (
    *(Source(size, kind) for size in (2, 12, 24, 48) for kind in ("JPEG", "progressive")),
    *(Source(12, kind) for kind in ("PNG", "WebP", "AVIF", "HEIC")),
)
QUICK = (Source(2, "JPEG"), Source(12, "JPEG"), Source(12, "progressive"))


def make(sources: tuple[Source, ...], folder: Path) -> Iterator[Source]:
    """Make the *sources* that *folder* lacks; yield each that had to be made."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in sorted({source.megapixels for source in sources}):
        missing = [s for s in sources if s.megapixels == size and not s.path(folder).exists()]
        picture = photograph(SIDES[size]) if missing else None
        for source in missing:
            yield source
            _encode(picture, source, folder)


def _encode(picture: Image.Image | None, source: Source, folder: Path) -> None:
    if picture is None:
        return
    partial = source.path(folder).with_suffix(".partial")
    if source.kind == "HEIC":
        partial.write_bytes(_heic(picture))
    else:
        encoder, parameters = ENCODERS[source.kind]
        picture.save(partial, encoder, **parameters)
    partial.rename(source.path(folder))


def _heic(picture: Image.Image) -> bytes:
    """Repeat tiles of a picture over all of its size, as our own encoder is slow."""
    side = min(heic.TILE, picture.height)
    step = (picture.width - side) // HEIC_TILES
    corners = [(step * index, (picture.height - side) // 2) for index in range(HEIC_TILES)]
    tiles = [picture.crop((x, y, x + side, y + side)) for x, y in corners]
    return heic.mosaic(tiles, picture.size, side, qp=HEIC_QP)


def photograph(size: tuple[int, int]) -> Image.Image:
    """Return a picture whose detail falls off with its frequency, as a photograph's does."""
    chance = random.Random(size[0])  # noqa: S311  (the same picture each time)
    picture = _noise((8, 6), chance).resize(size, Image.Resampling.BICUBIC)
    for octave in range(4, 11, 2):
        detail = _noise((1 << octave, 3 << octave >> 2), chance)
        detail = detail.resize(size, Image.Resampling.BICUBIC)
        picture = Image.blend(picture, detail, 1.2 / octave)
    return ImageChops.add(picture, _sensor_noise(size), offset=-128)


def _noise(size: tuple[int, int], chance: random.Random) -> Image.Image:
    return Image.frombytes("RGB", size, chance.randbytes(size[0] * size[1] * 3))


def _sensor_noise(size: tuple[int, int]) -> Image.Image:
    return Image.merge("RGB", [Image.effect_noise(size, SENSOR_NOISE) for _ in "RGB"])
