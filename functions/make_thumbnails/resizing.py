"""Resizes pixels: with SIMD where its library is installed, with Pillow where it is not."""

from typing import Any

from PIL import Image

simd: Any = None
try:
    import cykooz_resizer

    simd = cykooz_resizer
except ImportError:  # there is no wheel for arm64
    pass

Box = tuple[float, float, float, float]


def resize(image: Image.Image, size: tuple[int, int], box: Box | None = None) -> Image.Image:
    """Return *box* of an image of mode L, RGB, RGBA or CMYK at *size*, by Lanczos's filter.

    Colours are weighted by their alpha, so that what is transparent does not bleed.
    """
    box = box or (0, 0, *image.size)
    if size == image.size and box == (0, 0, *size):
        return image
    return _by_pillow(image, size, box) if simd is None else _by_simd(image, size, box)


def _by_simd(image: Image.Image, size: tuple[int, int], box: Box) -> Image.Image:
    resized = Image.new(image.mode, size)
    options: Any = simd.ResizeOptions(
        resize_alg=simd.ResizeAlg.convolution(simd.FilterType.lanczos3),
        crop_box=simd.CropBox(*box),  # left, top, width, height: the same, as we start at 0, 0
    )
    simd.Resizer().resize_pil(image, resized, options)
    return resized


def _by_pillow(image: Image.Image, size: tuple[int, int], box: Box) -> Image.Image:
    return image.resize(size, Image.Resampling.LANCZOS, box)  # premultiplies RGBA by itself
