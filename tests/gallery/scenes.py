"""Photographs that nobody took: scenes drawn from a number, each its own place and light."""

import math
import random
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

Colour = tuple[int, int, int]
SHAPES = [(960, 640), (640, 960), (960, 640), (960, 720), (800, 800), (1200, 540), (640, 800)]


def scene(number: int) -> Image.Image:
    """Draw the scene of that number, always the same."""
    chance = random.Random(number)  # noqa: S311
    drawn = KINDS[number % len(KINDS)](SHAPES[chance.randrange(len(SHAPES))], chance)
    return _developed(drawn, chance)


def _developed(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Give it the grain and the darker corners of film; some are black and white."""
    if chance.random() < 0.22:
        picture = ImageEnhance.Contrast(picture.convert("L").convert("RGB")).enhance(1.25)
    grain = Image.effect_noise(picture.size, 26).convert("RGB")
    picture = Image.blend(picture, ImageChops.overlay(picture, grain), 0.45)
    corners = Image.radial_gradient("L").resize(picture.size).point(lambda far: 255 - far // 3)
    return ImageChops.multiply(picture, corners.convert("RGB"))


def _sky(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    ramp = Image.linear_gradient("L").resize(size)
    bands = [
        ramp.point([int(start + (end - start) * value / 255) for value in range(256)])
        for start, end in zip(top, bottom, strict=True)
    ]
    return Image.merge("RGB", bands)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (int(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _ridge(width: int, chance: random.Random, rough: float) -> list[float]:
    """Return heights from 0 to 1 along the width: a sum of waves."""
    waves = [(chance.uniform(0.7, 1.3) * 2**n, chance.uniform(0, 6.3), rough**n) for n in range(7)]
    heights = [
        sum(size * math.sin(pitch * math.tau * x / width + start) for pitch, start, size in waves)
        for x in range(0, width + 6, 6)
    ]
    low, high = min(heights), max(heights)
    return [(height - low) / (high - low) for height in heights]


def _hills(
    picture: Image.Image, chance: random.Random, far: Colour, near: Colour, rough: float
) -> None:
    width, height = picture.size
    draw = ImageDraw.Draw(picture)
    layers = chance.randint(4, 6)
    for layer in range(layers):
        share = layer / (layers - 1)
        base, swing = height * (0.5 + 0.38 * share), height * (0.2 - 0.08 * share)
        line = [
            (x * 6, base - value * swing) for x, value in enumerate(_ridge(width, chance, rough))
        ]
        draw.polygon([(0, height), *line, (width, height)], fill=_mix(far, near, share))


def _light(
    picture: Image.Image, at: tuple[float, float], radius: float, colour: Colour
) -> Image.Image:
    """Add a lamp in the sky with its halo."""
    halo = Image.new("RGB", picture.size)
    draw = ImageDraw.Draw(halo)
    for size, share in ((5.0, 0.16), (2.6, 0.3), (1.0, 1.0)):
        box = [at[0] - radius * size, at[1] - radius * size]
        draw.ellipse(
            [*box, at[0] + radius * size, at[1] + radius * size],
            fill=_mix((0, 0, 0), colour, share),
        )
    soft = ImageChops.lighter(
        halo.filter(ImageFilter.GaussianBlur(radius * 0.9)), _disc(halo, at, radius, colour)
    )
    return ImageChops.screen(picture, soft)


def _disc(like: Image.Image, at: tuple[float, float], radius: float, colour: Colour) -> Image.Image:
    disc = Image.new("RGB", like.size)
    box = [at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius]
    ImageDraw.Draw(disc).ellipse(box, fill=colour)
    return disc.filter(ImageFilter.GaussianBlur(1.2))


DAWNS: list[tuple[Colour, Colour, Colour, Colour]] = [
    ((38, 44, 84), (250, 170, 120), (150, 104, 118), (24, 18, 34)),
    ((92, 140, 180), (250, 232, 204), (176, 178, 170), (40, 52, 48)),
    ((66, 24, 40), (246, 120, 70), (150, 62, 56), (28, 10, 14)),
    ((120, 160, 176), (240, 238, 226), (150, 172, 172), (28, 54, 56)),
    ((24, 34, 58), (120, 128, 160), (72, 84, 112), (10, 14, 24)),
]


def _mountains(size: tuple[int, int], chance: random.Random) -> Image.Image:
    top, bottom, far, near = chance.choice(DAWNS)
    picture = _sky(size, top, bottom)
    spot = (size[0] * chance.uniform(0.2, 0.8), size[1] * chance.uniform(0.25, 0.45))
    picture = _light(picture, spot, min(size) * chance.uniform(0.03, 0.06), (255, 226, 190))
    _hills(picture, chance, far, near, chance.uniform(0.5, 0.62))
    return picture


def _dunes(size: tuple[int, int], chance: random.Random) -> Image.Image:
    picture = _sky(size, (84, 122, 160), (246, 214, 170))
    _hills(picture, chance, (226, 178, 128), (120, 66, 34), 0.34)
    return picture.filter(ImageFilter.GaussianBlur(0.8))


def _sea(size: tuple[int, int], chance: random.Random) -> Image.Image:
    top, bottom, _, near = chance.choice(DAWNS)
    width, height = size
    horizon = int(height * chance.uniform(0.42, 0.6))
    picture = _sky(size, top, bottom)
    x = width * chance.uniform(0.3, 0.7)
    picture = _light(picture, (x, horizon * 0.72), min(size) * 0.05, (255, 220, 180))
    water = _sky((width, height - horizon), _mix(bottom, near, 0.45), near)
    draw = ImageDraw.Draw(water)
    for _ in range(420):
        y = chance.random() ** 1.7 * (height - horizon)
        spread = 12 + y * 0.5
        left = x + chance.gauss(0, spread)
        draw.line(
            [(left, y), (left + chance.uniform(4, 9 + y * 0.12), y)],
            fill=_mix(bottom, (255, 240, 220), 0.5),
            width=1 + int(y > 90),
        )
    picture.paste(water.filter(ImageFilter.GaussianBlur(0.7)), (0, horizon))
    return picture


def _city(size: tuple[int, int], chance: random.Random) -> Image.Image:
    width, height = size
    picture = _sky(size, (14, 16, 38), (120, 62, 84))
    draw = ImageDraw.Draw(picture)
    for layer in range(3):
        x = -10.0
        wall = _mix((70, 48, 74), (10, 9, 18), layer / 2)
        while x < width:
            wide, tall = chance.uniform(36, 92), height * chance.uniform(0.2, 0.66 - 0.13 * layer)
            draw.rectangle([x, height - tall, x + wide, height], fill=wall)
            _windows(draw, (x, height - tall, wide, tall), chance, layer)
            x += wide + chance.uniform(0, 12)
    return picture


def _windows(
    draw: ImageDraw.ImageDraw,
    house: tuple[float, float, float, float],
    chance: random.Random,
    layer: int,
) -> None:
    left, top, wide, tall = house
    for row in range(int(tall // 15)):
        for column in range(int(wide // 13)):
            if chance.random() > 0.12 + 0.12 * layer:
                continue
            x, y = left + 5 + column * 13, top + 7 + row * 15
            glow = _mix((255, 190, 110), (255, 240, 200), chance.random())
            draw.rectangle([x, y, x + 5, y + 8], fill=_mix((60, 40, 50), glow, 0.4 + 0.3 * layer))


def _night(size: tuple[int, int], chance: random.Random) -> Image.Image:
    picture = _sky(size, (6, 10, 24), (46, 58, 92))
    draw = ImageDraw.Draw(picture)
    for _ in range(260):
        x, y = chance.uniform(0, size[0]), chance.uniform(0, size[1] * 0.8)
        bright = chance.randint(110, 255)
        draw.ellipse([x, y, x + chance.choice([1, 1, 2]), y + 1], fill=(bright, bright, 255))
    spot = (size[0] * chance.uniform(0.2, 0.8), size[1] * 0.26)
    picture = _light(picture, spot, min(size) * 0.06, (240, 236, 214))
    _hills(picture, chance, (30, 40, 66), (5, 8, 15), 0.5)
    return picture


def _fern(size: tuple[int, int], chance: random.Random) -> Image.Image:
    light = chance.choice([(216, 224, 200), (232, 222, 204), (34, 46, 40)])
    dark = (28, 56, 42) if sum(light) > 300 else (150, 184, 140)
    picture = _sky(size, light, _mix(light, dark, 0.35))
    for blur in (9, 3, 0):
        layer = Image.new("RGBA", size)
        for _ in range(3):
            _frond(ImageDraw.Draw(layer), size, chance, _mix(light, dark, 1 - blur / 14))
        layer = layer.filter(ImageFilter.GaussianBlur(blur)) if blur else layer
        picture.paste(layer, (0, 0), layer)
    return picture


def _frond(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], chance: random.Random, colour: Colour
) -> None:
    x, y = size[0] * chance.uniform(-0.1, 1.1), size[1] * 1.05
    angle, bend = -math.pi / 2 + chance.uniform(-0.5, 0.5), chance.uniform(-0.02, 0.02)
    length = max(size) / 46
    for step in range(46):
        ahead = (x + math.cos(angle) * length, y + math.sin(angle) * length)
        draw.line([(x, y), ahead], fill=(*colour, 255), width=3)
        leaf = (46 - step) * max(size) / 330
        for side in (-1, 1):
            turn = angle + side * 1.1
            tip = (x + math.cos(turn) * leaf, y + math.sin(turn) * leaf)
            draw.line([(x, y), tip], fill=(*colour, 255), width=max(2, int(leaf / 9)))
        (x, y), angle = ahead, angle + bend


def _lights(size: tuple[int, int], chance: random.Random) -> Image.Image:
    picture = _sky(size, (18, 12, 22), (40, 20, 22))
    hues: list[Colour] = [(255, 150, 80), (255, 90, 70), (250, 214, 150), (96, 140, 190)]
    for blur in (14, 5):
        layer = Image.new("RGB", size)
        draw = ImageDraw.Draw(layer)
        for _ in range(26):
            x, y, r = (
                chance.uniform(0, size[0]),
                chance.gauss(size[1] * 0.5, size[1] * 0.2),
                chance.uniform(12, 58),
            )
            draw.ellipse(
                [x - r, y - r, x + r, y + r],
                fill=_mix((0, 0, 0), chance.choice(hues), chance.uniform(0.2, 0.62)),
            )
        picture = ImageChops.screen(picture, layer.filter(ImageFilter.GaussianBlur(blur)))
    return picture


KINDS: list[Callable[[tuple[int, int], random.Random], Image.Image]] = [
    _mountains, _sea, _fern, _night, _dunes, _city, _lights, _mountains, _sea,
]  # fmt: skip
