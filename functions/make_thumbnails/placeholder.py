"""What stands for a picture before it is there: a ThumbHash, a colour, and a fingerprint."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import cos, pi
from operator import mul
from typing import NamedTuple

from PIL import Image

# ThumbHash keeps at most 7 waves to a side: 32 pixels hold them all and cost a tenth of 100.
SIDE = 32
HALF_ALPHA = 128


class Channel(NamedTuple):
    """The mean, the waves, and the height of the highest wave."""

    mean: float
    waves: list[float]
    height: float


def thumb_hash(image: Image.Image) -> bytes:
    """Return the ThumbHash of an image of mode L, RGB or RGBA, 5 to 25 bytes.

    The algorithm is Evan Wallace's, https://evanw.github.io/thumbhash.
    """
    small = _small(image).convert("RGBA")
    planes, has_alpha = _planes(small)
    limit, longest = 5 if has_alpha else 7, max(image.size)
    across, down = (max(1, _round(limit * side / longest)) for side in image.size)
    light = _waves(planes[0], small.size, max(3, across), max(3, down))
    yellow, red = (_waves(plane, small.size, 3, 3) for plane in planes[1:3])
    channels = [light, yellow, red]
    if has_alpha:
        channels.append(_waves(planes[3], small.size, 5, 5))
    wide = image.width > image.height
    return _header(channels, down if wide else across, wide) + _nibbles(channels)


def _planes(image: Image.Image) -> tuple[list[list[float]], bool]:
    """Return lightness, yellow-blue, red-green and alpha, what is clear filled with the mean."""
    reds, greens, blues, alphas = (
        [value / 255 for value in image.getchannel(name).tobytes()] for name in "RGBA"
    )
    weight = sum(alphas)
    means = [sum(map(mul, c, alphas)) / weight if weight else 0.0 for c in (reds, greens, blues)]
    red, green, blue = (
        [mean + (value - mean) * alpha for value, alpha in zip(channel, alphas, strict=True)]
        for channel, mean in zip((reds, greens, blues), means, strict=True)
    )
    light = [(r + g + b) / 3 for r, g, b in zip(red, green, blue, strict=True)]
    yellow = [(r + g) / 2 - b for r, g, b in zip(red, green, blue, strict=True)]
    return [light, yellow, list(map(float.__sub__, red, green)), alphas], weight < len(alphas)


def _waves(plane: Sequence[float], size: tuple[int, int], across: int, down: int) -> Channel:
    """Return the low corner of the plane's cosine transform: rows first, then columns."""
    width, height = size
    rows = [plane[at : at + width] for at in range(0, width * height, width)]
    bases = [_basis(wave, width) for wave in range(across)]
    columns = [[sum(map(mul, row, basis)) for row in rows] for basis in bases]
    found = [
        sum(map(mul, columns[x], _basis(y, height))) / (width * height)
        for y in range(down)
        for x in range(across)
        if x * down < across * (down - y)
    ]
    mean, *waves = found
    peak = max(map(abs, waves), default=0.0)
    return Channel(mean, [0.5 + 0.5 / peak * wave for wave in waves] if peak else waves, peak)


def _basis(wave: int, length: int) -> list[float]:
    return [cos(pi / length * wave * (at + 0.5)) for at in range(length)]


def _header(channels: list[Channel], waves: int, wide: bool) -> bytes:
    light, yellow, red, *alpha = channels
    first = (
        _round(63 * light.mean)
        | _round(31.5 + 31.5 * yellow.mean) << 6
        | _round(31.5 + 31.5 * red.mean) << 12
        | _round(31 * light.height) << 18
        | bool(alpha) << 23
    )
    second = waves | _round(63 * yellow.height) << 3 | _round(63 * red.height) << 9 | wide << 15
    last = [_round(15 * each.mean) | _round(15 * each.height) << 4 for each in alpha]
    return first.to_bytes(3, "little") + second.to_bytes(2, "little") + bytes(last)


def _nibbles(channels: list[Channel]) -> bytes:
    values = [_round(15 * wave) for channel in channels for wave in channel.waves]
    values += [0] * (len(values) % 2)
    return bytes(low | high << 4 for low, high in zip(values[::2], values[1::2], strict=True))


def _round(value: float) -> int:
    return int(value + 0.5)


def dominant_colour(image: Image.Image) -> str:
    """Return the mean of the most frequent colours as ``#rrggbb``; white if all is clear."""
    groups: dict[tuple[int, int, int], list[tuple[int, int, int]]] = {}
    for red, green, blue in _seen(_small(image).convert("RGBA")):
        groups.setdefault((red >> 5, green >> 5, blue >> 5), []).append((red, green, blue))
    most = max(groups.values(), key=len, default=[(255, 255, 255)])
    return "#" + "".join(f"{sum(values) // len(most):02x}" for values in zip(*most, strict=True))


def _seen(image: Image.Image) -> Iterator[tuple[int, int, int]]:
    pixels = image.tobytes()
    for at in range(0, len(pixels), 4):
        red, green, blue, alpha = pixels[at : at + 4]
        if alpha >= HALF_ALPHA:
            yield red, green, blue


def perceptual_hash(image: Image.Image) -> str:
    """Return 64 bits as 16 hex digits: whether each of 9 x 8 greys is darker than the next."""
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    grey = flat.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    rows = [grey[at : at + 9] for at in range(0, 72, 9)]
    bits = "".join("01"[left < right] for row in rows for left, right in pairwise(row))
    return f"{int(bits, 2):016x}"


def _small(image: Image.Image) -> Image.Image:
    scale = min(1.0, SIDE / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image if size == image.size else image.resize(size, Image.Resampling.BOX)
