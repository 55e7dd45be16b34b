"""What the small HEIC encoder writes is what a decoder made by others reads."""

import random
from io import BytesIO
from math import log10

import pytest
from pi_heif import register_heif_opener
from PIL import Image, ImageChops, ImageStat

from local.heic import Look, encode, mosaic
from tests.profiles import display_p3

register_heif_opener()
# A level is rounded down if it exceeds a whole number by less than this.
ROUNDED_DOWN = 0.65


def decoded(content: bytes) -> Image.Image:
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


def likeness(picture: Image.Image, other: Image.Image) -> float:
    """Return the PSNR in dB."""
    assert (picture.size, picture.mode) == (other.size, other.mode)
    power = ImageStat.Stat(ImageChops.difference(picture, other)).sum2
    mean = sum(power) / len(power) / picture.width / picture.height
    return 10 * log10(255**2 / mean) if mean else float("inf")


def noise(width: int, height: int) -> Image.Image:
    """Return what leaves no level at 0."""
    chance = random.Random(width)  # noqa: S311  (the same each time)
    return Image.frombytes("L", (width, height), chance.randbytes(width * height))


def waves(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Return soft shapes of all colours, which lose little with every other sample of chroma."""
    coarse = [noise(5, 4 + band) for band in range(3)]
    bands = [each.resize((width, height), Image.Resampling.BICUBIC) for each in coarse]
    return Image.merge("RGB", bands).convert(mode)


def greys() -> dict[str, Image.Image]:
    """Return pictures of few levels and of many, small ones and large ones."""
    rough, smooth = noise(96, 80), waves(96, 80, "L")
    return {
        "rough": rough,
        "smooth": smooth,
        "both": Image.composite(rough, smooth, Image.radial_gradient("L").resize((96, 80))),
        "black and white": rough.point(lambda value: 255 * (value > 127)),
        "blocks": rough.resize((12, 10)).resize((96, 80), Image.Resampling.NEAREST),
    }


@pytest.mark.parametrize("qp", range(4, 52, 5))
@pytest.mark.parametrize("name", greys())
def test_no_error_exceeds_what_the_quantiser_leaves(name: str, qp: int) -> None:
    picture = greys()[name]
    step = 2 ** ((qp - 4) / 6)
    most = (ROUNDED_DOWN * step) ** 2 + 0.5  # of the mean square; samples are rounded as well
    assert likeness(decoded(encode(picture, qp=qp)), picture) > 10 * log10(255**2 / most)


def test_colours_stay_the_same_to_the_last_corner() -> None:
    picture = waves(400, 300)
    found = decoded(encode(picture, qp=16))
    corners = [(x, y, x + 40, y + 40) for x in (0, 360) for y in (0, 260)]
    assert all(likeness(found.crop(box), picture.crop(box)) > 40 for box in corners)


def test_coarser_is_smaller() -> None:
    sizes = [len(encode(waves(96, 64), qp=qp)) for qp in (4, 16, 28, 40)]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (16, 16), (17, 31), (160, 33), (203, 149)])
def test_any_size_comes_back(size: tuple[int, int], mode: str) -> None:
    picture = waves(*size, mode)
    assert likeness(decoded(encode(picture, qp=10)), picture) > (40 if mode == "L" else 25)


@pytest.mark.parametrize("colour", ["white", "black", "#808080", "red", "#0000ff"])
def test_a_flat_colour_stays(colour: str) -> None:
    picture = Image.new("RGB", (50, 40), colour)
    assert likeness(decoded(encode(picture, qp=10)), picture) > 45


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("size", [(64, 64), (150, 100), (203, 149)])
def test_tiles_fit_together(size: tuple[int, int], mode: str) -> None:
    picture = waves(*size, mode)
    assert likeness(decoded(encode(picture, qp=10, tile=64)), picture) > 38


def test_few_tiles_make_a_large_picture_and_are_stored_once() -> None:
    tiles = [waves(64, 64), waves(64, 64).transpose(Image.Transpose.ROTATE_180)]
    content = mosaic(tiles, (600, 400), 64, qp=10)
    picture = decoded(content)
    assert picture.size == (600, 400)
    for at, tile in (((0, 0), tiles[0]), ((64, 0), tiles[1]), ((512, 64), tiles[0])):
        assert likeness(picture.crop((*at, at[0] + 64, at[1] + 64)), tile) > 38
    assert len(content) < len(mosaic(tiles, (64, 128), 64, qp=10)) + 5000


@pytest.mark.parametrize("tile", [0, 32])
@pytest.mark.parametrize("mirror", ["", "horizontal", "vertical"])
@pytest.mark.parametrize("turns", range(4))
def test_it_is_turned_and_then_mirrored(turns: int, mirror: str, tile: int) -> None:
    picture = waves(71, 50, "L")
    right = picture.rotate(90 * turns, expand=True)
    if mirror:
        flip = Image.Transpose.FLIP_LEFT_RIGHT
        right = right.transpose(flip if mirror == "horizontal" else Image.Transpose.FLIP_TOP_BOTTOM)
    found = decoded(encode(picture, qp=10, look=Look(turns, mirror), tile=tile))
    assert likeness(found, right) > 38


@pytest.mark.parametrize("tile", [0, 32])
def test_it_tells_what_it_was_told(tile: int) -> None:
    tags = Image.Exif()
    tags[0x010F] = "Darkroom"
    look = Look(icc=display_p3(), nclx=(12, 13, 6))
    found = decoded(encode(waves(40, 40), look=look, exif=tags.tobytes(), tile=tile))
    assert found.getexif()[0x010F] == "Darkroom"
    assert found.info["icc_profile"] == display_p3()
    assert decoded(encode(waves(9, 9), look=Look(nclx=None))).info.get("icc_profile") is None


def test_the_numbers_of_its_colours_are_told() -> None:
    found = decoded(encode(waves(40, 40), look=Look(nclx=(12, 13, 6))))
    assert found.info["nclx_profile"]["color_primaries"] == 12
