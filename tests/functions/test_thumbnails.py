"""Pictures in, thumbnails out: sizes, which way is up, and nothing left of the metadata."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from darkroom.refusals import Reason, Refused
from functions.make_thumbnails.thumbnails import Thumbnail, Variant, fit, shrink
from tests.pictures import any_picture, decoded, exif


def any_variant(long_edge: int = 64, format: Any = "JPEG") -> Variant:
    """Return a variant, named by its size."""
    return Variant(name=str(long_edge), long_edge=long_edge, format=format, quality=85)


def only(content: bytes, variant: Variant | None = None) -> Thumbnail:
    """Shrink to a single variant."""
    [thumbnail] = shrink(content, [variant or any_variant()], max_pixels=10_000_000)
    return thumbnail


def colours(picture: Image.Image) -> dict[str, str]:
    """Name the colour in the middle of each edge."""
    width, height = picture.size
    rgb = picture.convert("RGB")
    points = {
        "left": (0, height // 2),
        "right": (width - 1, height // 2),
        "top": (width // 2, 0),
        "bottom": (width // 2, height - 1),
    }
    names = {}
    for edge, point in points.items():
        red, _, blue = rgb.getpixel(point)  # type: ignore[misc]
        names[edge] = "red" if red > 200 > blue else "blue" if blue > 200 > red else "mixed"
    return names


def test_every_variant_is_made_with_its_size() -> None:
    variants = [any_variant(edge) for edge in (128, 1024, 512)]

    made = shrink(any_picture(1200, 800), variants, max_pixels=10_000_000)

    sizes = {thumbnail.variant.name: decoded(thumbnail.content).size for thumbnail in made}
    assert sizes == {"128": (128, 85), "512": (512, 341), "1024": (1024, 683)}
    assert all(decoded(each.content).size == (each.width, each.height) for each in made)


def test_a_small_picture_is_never_enlarged() -> None:
    assert decoded(only(any_picture(40, 30)).content).size == (40, 30)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1, 20_000), (1, 64)), ((20_000, 1), (64, 1)), ((3, 2), (3, 2)), ((4000, 2667), (64, 43))],
)
def test_no_side_vanishes(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert fit(size, 64) == expected


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_format_comes_out_as_it_should(format: str) -> None:
    for wanted in ("JPEG", "WEBP"):
        picture = decoded(only(any_picture(format=format), any_variant(format=wanted)).content)
        assert picture.format == wanted
        assert colours(picture)["left"] == "red"
        assert colours(picture)["right"] == "blue"


@pytest.mark.parametrize(
    ("orientation", "red_edge", "size"),
    [
        (1, "left", (40, 30)),
        (2, "right", (40, 30)),
        (3, "right", (40, 30)),
        (4, "left", (40, 30)),
        (5, "top", (30, 40)),
        (6, "top", (30, 40)),
        (7, "bottom", (30, 40)),
        (8, "bottom", (30, 40)),
    ],
)
def test_thumbnails_are_upright(orientation: int, red_edge: str, size: tuple[int, int]) -> None:
    picture = decoded(only(any_picture(exif=exif(Orientation=orientation))).content)

    assert picture.size == size
    assert colours(picture)[red_edge] == "red"


def test_nothing_of_the_metadata_comes_out() -> None:
    source = any_picture(
        exif=exif(Make="Camera", Orientation=6), comment=b"private", icc_profile=b"profile"
    )

    content = only(source).content

    assert not decoded(content).getexif()
    assert b"private" not in content
    assert decoded(content).info.keys() <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "progression",
    }


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_laid_on_white_where_it_cannot_be_kept(mode: str) -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0)).convert(mode)
    encoded = BytesIO()
    clear.save(encoded, "PNG")

    as_jpeg = decoded(only(encoded.getvalue()).content)
    as_webp = decoded(only(encoded.getvalue(), any_variant(format="WEBP")).content)

    assert as_jpeg.getpixel((10, 10)) == (255, 255, 255)
    assert as_webp.getpixel((10, 10))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(("mode", "value"), [("I;16", 32_768), ("L", 128), ("1", 1), ("P", 0)])
def test_grey_stays_the_same_grey(mode: str, value: int) -> None:
    encoded = BytesIO()
    Image.new(mode, (20, 20), value).save(encoded, "PNG")

    grey = decoded(only(encoded.getvalue()).content).convert("L").getpixel((10, 10))

    expected = {"I;16": 128, "L": 128, "1": 255, "P": 0}[mode]
    assert abs(grey - expected) <= 1  # type: ignore[operator]


def test_the_first_frame_stands_for_an_animation() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    encoded = BytesIO()
    frames[0].save(encoded, "GIF", save_all=True, append_images=frames[1:])

    assert colours(decoded(only(encoded.getvalue()).content))["left"] == "red"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.NOT_AN_IMAGE),
        (b"GIF", Reason.NOT_AN_IMAGE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Reason.NOT_AN_IMAGE),
        (b"%PDF-1.7", Reason.UNSUPPORTED_FORMAT),
        (any_picture(format="BMP"), Reason.UNSUPPORTED_FORMAT),
        (any_picture(300, 200)[:-400], Reason.TRUNCATED),
        (any_picture(300, 200, "PNG")[:-60], Reason.TRUNCATED),
        (any_picture(4000, 3000, "PNG"), Reason.TOO_MANY_PIXELS),
    ],
)
def test_what_cannot_be_decoded_is_refused_with_a_reason(content: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        only(content)
    assert refused.value.reason == reason


@pytest.mark.parametrize("shape", ["Landscape", "Portrait"])
def test_the_corpus_of_orientations_comes_out_as_the_same_picture(corpus: Path, shape: str) -> None:
    folder = corpus / "exif-orientation"
    upright = decoded(only((folder / f"{shape}_1.jpg").read_bytes()).content)
    for number in range(2, 9):
        other = decoded(only((folder / f"{shape}_{number}.jpg").read_bytes()).content)
        assert other.size == upright.size
        assert max(ImageStat.Stat(ImageChops.difference(upright, other)).mean) < 12


def test_every_file_of_the_corpus_ends_in_thumbnails_or_in_a_reason(corpus: Path) -> None:
    outcomes: dict[str, int] = {}
    for file in sorted(corpus.rglob("*")):
        if not file.is_file():
            continue
        try:
            outcome = f"{len([only(file.read_bytes())])} thumbnail"
        except Refused as refused:
            outcome = refused.reason
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    assert outcomes["1 thumbnail"] > 100
    assert outcomes.keys() <= {"1 thumbnail", *Reason}
