"""Likeness of two pictures, with nothing but Pillow."""

import math
from typing import Any

from PIL import Image, ImageChops, ImageMath, ImageStat

BLOCK = 8
# Wang et al. 2004, equation 13: K1 = 0.01, K2 = 0.03, L = 255.
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def psnr(one: Image.Image, other: Image.Image) -> float:
    """Return the peak signal-to-noise ratio over all bands, in decibel."""
    squares = ImageStat.Stat(ImageChops.difference(one, other)).sum2
    mean = sum(squares) / (one.width * one.height * len(squares))
    return 10 * math.log10(255**2 / mean) if mean else math.inf


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Return the structural similarity of the luminance, over blocks of 8 x 8."""
    x, y = (_floats(picture) for picture in (one, other))
    means = {
        name: _product(*pair).reduce(BLOCK)
        for name, pair in {"xx": (x, x), "yy": (y, y), "xy": (x, y)}.items()
    }
    blocks = ImageMath.lambda_eval(_similarity, x=x.reduce(BLOCK), y=y.reduce(BLOCK), **means)
    # Not ImageStat, which puts floats into a histogram of 256.
    mean = blocks.reduce(blocks.size).getpixel((0, 0))
    assert isinstance(mean, float)  # noqa: S101  (a picture of floats)
    return mean


def _similarity(mean: dict[str, Any]) -> Any:
    x, y = mean["x"], mean["y"]
    covariance = mean["xy"] - x * y
    variances = mean["xx"] - x * x + mean["yy"] - y * y
    likeness = (x * y * 2 + C1) * (covariance * 2 + C2)
    return likeness / ((x * x + y * y + C1) * (variances + C2))


def _floats(picture: Image.Image) -> Image.Image:
    return picture.convert("L").convert("F")


def _product(one: Image.Image, other: Image.Image) -> Image.Image:
    product: Image.Image = ImageMath.lambda_eval(lambda args: args["a"] * args["b"], a=one, b=other)
    return product
