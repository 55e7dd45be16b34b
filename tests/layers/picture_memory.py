"""Measures what shrinking takes: ``python -m tests.layers.picture_memory`` prints a line a kind.

VmHWM is the peak of resident memory since "5" was last written to clear_refs (proc(5)). Large
pieces go back to the system at once if MALLOC_MMAP_THRESHOLD_ is set, or the next peak would hide
in what is left of the one before.
"""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from darkroom.pictures import open_picture
from darkroom.pictures.memory import Header, decoding_cost
from functions.make_thumbnails.thumbnails import shrink
from local import heic
from tests.pictures import saved
from tests.thumbnails import any_variant

AMPLE = 1 << 32
VARIANTS = [any_variant(512), any_variant(128)]


def kinds() -> Iterator[tuple[str, bytes]]:
    """Yield pictures whose decoding differs in what it allocates."""
    noise = Image.effect_noise((1600, 1200), 60)
    photo = Image.merge("RGB", (noise, noise.transpose(Image.Transpose.ROTATE_180), noise))
    clear = photo.copy()
    clear.putalpha(noise)
    frames = {"save_all": True, "append_images": [photo.rotate(180)]}
    yield from _jpegs(photo)
    for mode in ("RGB", "L", "P", "1", "CMYK"):
        yield f"TIFF {mode}", saved(photo.convert(mode), "TIFF")
    for mode in ("RGB", "L", "P", "1"):
        yield f"PNG {mode}", saved(photo.convert(mode), "PNG", compress_level=1)
    yield "PNG RGBA", saved(clear, "PNG", compress_level=1)
    yield "PNG LA", saved(clear.convert("LA"), "PNG", compress_level=1)
    yield "PNG I;16", saved(noise.convert("I;16"), "PNG", compress_level=1)
    yield "TIFF F", saved(noise.convert("F"), "TIFF")
    yield "TIFF one strip", saved(photo, "TIFF", compression="tiff_lzw", strip_size=1 << 24)
    yield "BMP RGB", saved(photo, "BMP")
    yield "GIF", saved(photo.convert("P"), "GIF")
    yield "GIF animated", saved(photo, "GIF", **frames)
    yield "WEBP", saved(photo, "WEBP", method=0)
    yield "WEBP lossless", saved(photo, "WEBP", method=0, quality=0, lossless=True)
    yield "WEBP flat", saved(Image.new("RGB", photo.size), "WEBP", lossless=True)
    yield "WEBP alpha", saved(clear, "WEBP", method=0)
    yield "WEBP animated", saved(photo, "WEBP", method=0, **frames)
    yield "AVIF", saved(photo, "AVIF", speed=10)
    yield "AVIF 4:4:4 alpha", saved(clear, "AVIF", speed=10, subsampling="4:4:4")
    yield "HEIF tiles", heic.mosaic([photo.crop((0, 0, 256, 256))], photo.size, 256)


def _jpegs(photo: Image.Image) -> Iterator[tuple[str, bytes]]:
    large = photo.resize((3200, 2400))
    for mode in ("RGB", "L", "CMYK"):
        yield f"JPEG {mode}", saved(photo.convert(mode), "JPEG")
        yield f"JPEG {mode} progressive", saved(large.convert(mode), "JPEG", progressive=True)
    yield "JPEG 4:4:4", saved(photo, "JPEG", subsampling=0)
    yield "JPEG large", saved(large, "JPEG")
    yield "JPEG large 4:4:4 progressive", saved(large, "JPEG", subsampling=0, progressive=True)


def taken(content: bytes) -> int:
    """Return the bytes that shrinking took at its peak."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    shrink(content, VARIANTS, AMPLE)
    return _status("VmHWM") - before


def reckoned(content: bytes) -> int:
    """Return what the header says that it takes."""
    picture = open_picture(content, AMPLE)
    return decoding_cost(Header.of(picture.image, content, picture.format), VARIANTS[0].long_edge)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))


if __name__ == "__main__":
    for picture in (pictures := list(kinds()))[::4]:  # imports and tables are not the picture's
        shrink(picture[1], VARIANTS, AMPLE)
    for name, content in pictures:
        print(name, taken(content), reckoned(content), sep="\t")  # noqa: T201
