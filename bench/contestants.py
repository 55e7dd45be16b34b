"""Ways to make three JPEG thumbnails of a picture; each is imported only where it runs."""

from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from typing import Any

from PIL import Image

EDGES = (1024, 512, 128)
QUALITY = 82
MEMORY = 1 << 30
JPEGS = ("JPEG", "progressive")

Shrink = Callable[[bytes], list[bytes]]


def ours() -> Shrink:
    """Return what make_thumbnails does, without its child process."""
    from darkroom.confinement import keep_freed_memory
    from functions.make_thumbnails import thumbnails
    from functions.make_thumbnails.variants import Variant

    keep_freed_memory()
    variants = [Variant(str(edge), edge, "JPEG", QUALITY) for edge in EDGES]

    def shrink(content: bytes) -> list[bytes]:
        made = thumbnails.shrink(content, variants, MEMORY)
        return [thumbnail.content for thumbnail in made.thumbnails]

    return shrink


def naive() -> Shrink:
    """Return what most people write: the whole picture, and `thumbnail` for each size."""

    def shrink(content: bytes) -> list[bytes]:
        picture = _decoded(content)
        return [_encoded(_thumbnail(picture, edge)) for edge in EDGES]

    return shrink


def reference() -> Shrink:
    """Return the best there is, at any price: LANCZOS from the full picture for each size."""

    def shrink(content: bytes) -> list[bytes]:
        return [_encoded(thumbnail) for thumbnail in perfect(content)]

    return shrink


def draft() -> Shrink:
    """Return Pillow used well: shrunk while decoding, each size made from the larger one."""

    def shrink(content: bytes) -> list[bytes]:
        opened = _opened(content)
        size = opened.size
        opened.draft("RGB", (EDGES[0], EDGES[0]))
        picture, made = opened.convert("RGB"), []
        for edge in EDGES:
            picture = picture.resize(fit(size, edge), Image.Resampling.LANCZOS)
            made.append(_encoded(picture))
        return made

    return shrink


def vips() -> Shrink:
    """Return libvips, the library behind sharp, each size made from the larger one."""
    pyvips: Any = import_module("pyvips")
    pyvips.cache_set_max(0)

    def shrink(content: bytes) -> list[bytes]:
        picture, made = pyvips.Image.thumbnail_buffer(content, EDGES[0], size="down"), []
        for edge in EDGES:
            picture = picture.thumbnail_image(edge, size="down").copy_memory()
            made.append(picture.jpegsave_buffer(Q=QUALITY, keep="none"))
        return made

    return shrink


def floor() -> Shrink:
    """Return what cannot be beaten: libjpeg-turbo's scaled decoding, no resizing, the encoding."""
    numpy: Any = import_module("numpy")
    simplejpeg: Any = import_module("simplejpeg")

    def shrink(content: bytes) -> list[bytes]:
        height, width = simplejpeg.decode_jpeg_header(content)[:2]
        # The smallest of the scales 1/1, 1/2, 1/4 and 1/8 that still holds the largest thumbnail.
        wide_enough = (each for each in (8, 4, 2) if max(width, height) // each >= EDGES[0])
        scale = next(wide_enough, 1)
        least = {"min_width": width // scale, "min_height": height // scale}
        pixels = simplejpeg.decode_jpeg(content, **least, min_factor=scale)
        sizes = [fit((width, height), edge) for edge in EDGES]
        crops = [numpy.ascontiguousarray(pixels[:high, :wide]) for wide, high in sizes]
        return [
            simplejpeg.encode_jpeg(crop, quality=QUALITY, colorsubsampling="420") for crop in crops
        ]

    return shrink


CONTESTANTS: dict[str, Callable[[], Shrink]] = {
    "ours": ours,
    "naive": naive,
    "draft": draft,
    "pyvips": vips,
    "floor": floor,
}
NEEDS = {"pyvips": "pyvips", "floor": "simplejpeg"}
# The binary wheel of pyvips comes without a decoder for HEIC.
TAKEN = {"floor": JPEGS, "pyvips": (*JPEGS, "PNG", "WebP", "AVIF")}


def takes(contestant: str, kind: str) -> bool:
    """Tell whether a contestant can be measured with a kind of source."""
    return kind in TAKEN.get(contestant, (kind,))


def perfect(content: bytes) -> list[Image.Image]:
    """Return the thumbnails before they are encoded: what quality is measured against."""
    picture = _decoded(content)
    sizes = [fit(picture.size, edge) for edge in EDGES]
    return [picture.resize(size, Image.Resampling.LANCZOS) for size in sizes]


def fit(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """Return *size* scaled down to a long edge of *edge*."""
    scale = min(1.0, edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _decoded(content: bytes) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None
    picture = _opened(content)
    picture.load()
    return picture.convert("RGB") if picture.mode != "RGB" else picture


def _opened(content: bytes) -> Image.Image:
    if content[4:12] == b"ftypheic":
        import_module("pi_heif").register_heif_opener()
    return Image.open(BytesIO(content))


def _thumbnail(picture: Image.Image, edge: int) -> Image.Image:
    small = picture.copy()
    small.thumbnail((edge, edge))
    return small


def _encoded(picture: Image.Image) -> bytes:
    encoded = BytesIO()
    picture.save(encoded, "JPEG", quality=QUALITY)
    return encoded.getvalue()
