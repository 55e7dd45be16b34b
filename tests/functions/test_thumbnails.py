"""Pictures in, thumbnails out: sizes, which way is up, and nothing left of the metadata."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from PIL.ExifTags import Base

from darkroom.pictures import open_picture
from darkroom.refusals import Reason, Refused
from functions.make_thumbnails.thumbnails import shrink
from local.heic import Look
from tests.pictures import any_picture, decoded, exif, saved
from tests.thumbnails import MEMORY, any_variant, fit, only


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

    made = shrink(any_picture(1200, 800), variants, MEMORY).thumbnails

    sizes = {thumbnail.variant.name: decoded(thumbnail.content).size for thumbnail in made}
    assert sizes == {"128": (128, 85), "512": (512, 341), "1024": (1024, 683)}
    assert all(decoded(each.content).size == (each.width, each.height) for each in made)
    assert [thumbnail.variant for thumbnail in made] == variants


def test_a_small_picture_is_never_enlarged() -> None:
    assert decoded(only(any_picture(40, 30)).content).size == (40, 30)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1, 20_000), (1, 64)), ((20_000, 1), (64, 1)), ((3, 2), (3, 2)), ((4000, 2667), (64, 43))],
)
def test_no_side_vanishes(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert fit(size, 64) == expected


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"])
def test_each_format_comes_out_as_it_should(format: str) -> None:
    for wanted in ("JPEG", "WEBP", "AVIF"):
        picture = decoded(only(any_picture(format=format), any_variant(format=wanted)).content)
        assert picture.format == wanted
        assert colours(picture)["left"] == "red"
        assert colours(picture)["right"] == "blue"


@pytest.mark.parametrize(
    ("shape", "size", "expected"),
    [
        ("fill", (400, 200), (64, 64)),
        ("fill", (40, 30), (30, 30)),
        ("fill", (1, 5000), (1, 1)),
        ("fill", (3000, 100), (64, 64)),
        ("pad", (400, 200), (64, 64)),
        ("pad", (40, 30), (40, 40)),
    ],
)
def test_a_square_is_filled_or_padded_but_nothing_is_enlarged(
    shape: Any, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    thumbnail = only(any_picture(*size), any_variant(fit=shape))
    assert decoded(thumbnail.content).size == (thumbnail.width, thumbnail.height) == expected


def test_what_is_padded_shows_the_background() -> None:
    variant = any_variant(fit="pad", background="#00ff00", format="WEBP")
    picture = decoded(only(any_picture(400, 200), variant).content).convert("RGB")
    above, middle = picture.getpixel((32, 2)), picture.getpixel((4, 32))
    assert above[1] > 240 > 20 > above[0]  # type: ignore[index]
    assert middle[0] > 200 > 50 > middle[1]  # type: ignore[index]


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
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_thumbnails_are_upright(
    format: str, orientation: int, red_edge: str, size: tuple[int, int]
) -> None:
    source = any_picture(format=format, exif=exif(Orientation=orientation))
    opened = open_picture(source, MEMORY)
    picture = decoded(only(source).content)

    assert (opened.width, opened.height, opened.orientation) == (*size, orientation)

    assert picture.size == size
    assert colours(picture)[red_edge] == "red"


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize(
    ("orientation", "look", "red_edge"),
    [
        (1, Look(), "left"),
        (2, Look(mirror="horizontal"), "right"),
        (3, Look(turns=2), "right"),
        (4, Look(mirror="vertical"), "left"),
        (5, Look(turns=1, mirror="vertical"), "top"),
        (6, Look(turns=3), "top"),
        (7, Look(turns=1, mirror="horizontal"), "bottom"),
        (8, Look(turns=1), "bottom"),
    ],
)
def test_a_heic_is_turned_once_whether_its_exif_tells_it_or_not(
    orientation: int, look: Look, red_edge: str, told: bool
) -> None:
    tags = exif(Orientation=orientation) if told else None
    source = any_picture(format="HEIF", look=look, exif=tags)
    opened = open_picture(source, MEMORY)
    picture = decoded(only(source).content)

    size = (30, 40) if look.turns % 2 else (40, 30)
    assert (opened.width, opened.height, opened.turn) == (*size, 1)
    assert opened.orientation == (orientation if told else 1)
    assert picture.size == size
    assert colours(picture)[red_edge] == "red"


def test_an_exif_tag_alone_does_not_turn_a_heic() -> None:
    source = any_picture(format="HEIF", exif=exif(Orientation=6))

    assert colours(decoded(only(source).content))["left"] == "red"


@pytest.mark.parametrize("size", [(1, 20_000), (20_000, 1), (9001, 2)])
def test_a_sliver_has_thumbnails(size: tuple[int, int]) -> None:
    made = shrink(any_picture(*size), [any_variant(), any_variant(200, "WEBP")], MEMORY).thumbnails
    assert [decoded(each.content).size for each in made] == [fit(size, 64), fit(size, 200)]


@pytest.mark.parametrize("size", [(1997, 1501), (1201, 803), (4001, 2999)])
def test_shrinking_while_decoding_moves_no_edge(size: tuple[int, int]) -> None:
    rings = Image.radial_gradient("L").resize(size).point(lambda value: value * 8 % 256)
    encoded = BytesIO()
    rings.save(encoded, "JPEG", quality=92)
    right = decoded(encoded.getvalue()).resize(fit(size, 256), Image.Resampling.LANCZOS)
    found = decoded(only(encoded.getvalue(), any_variant(256, quality=98)).content)
    assert ImageStat.Stat(ImageChops.difference(found, right)).rms[0] < 3


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


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.NOT_AN_IMAGE),
        (b"GIF", Reason.NOT_AN_IMAGE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Reason.UNSUPPORTED_FORMAT),
        (b"%PDF-1.7", Reason.UNSUPPORTED_FORMAT),
        (b"8BPS", Reason.UNSUPPORTED_FORMAT),
        (any_picture(300, 200)[:-400], Reason.TRUNCATED),
        (any_picture(300, 200, "PNG")[:-60], Reason.TRUNCATED),
        (any_picture(30_000, 30_000, "PNG", mode="1"), Reason.TOO_MANY_PIXELS),
    ],
)
def test_what_cannot_be_decoded_is_refused_with_a_reason(content: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        only(content)
    assert refused.value.reason == reason


@pytest.mark.parametrize("size", [(160, 120), (120, 160)], ids=["landscape", "portrait"])
def test_a_picture_looks_the_same_however_it_is_stored(size: tuple[int, int]) -> None:
    upright = quarters(*size)
    expected = upright.resize(fit(size, 64))
    for orientation, stored in STORED.items():
        picture = upright if stored is None else upright.transpose(stored)
        content = saved(picture, "JPEG", quality=95, exif=exif(Orientation=orientation))
        shown = decoded(only(content).content)
        assert shown.size == expected.size
        assert max(ImageStat.Stat(ImageChops.difference(expected, shown)).mean) < 12


# How the pixels are stored for each orientation (Exif 3.0, 4.6.5.1.6), so that a reader who obeys
# it shows them upright.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def quarters(width: int, height: int) -> Image.Image:
    """Draw a picture of four colours, of which no turn or flip looks like another."""
    image = Image.new("RGB", (width, height), "red")
    for colour, place in {
        "lime": (width // 2, 0),
        "blue": (0, height // 2),
        "white": (width // 2, height // 2),
    }.items():
        image.paste(colour, (*place, width, height))
    return image


@pytest.mark.parametrize("format", ["JPEG", "WEBP", "AVIF"])
def test_the_credits_stay_if_they_are_wanted_and_nothing_else_does(format: str) -> None:
    source = any_picture(
        exif=exif(Artist="Ada", Copyright="2026 Ada\0", Make="Camera", Orientation=6)
    )
    variants = [any_variant(format=format)]

    [kept] = shrink(source, variants, MEMORY, keep_credits=True).thumbnails
    [bare] = shrink(source, variants, MEMORY).thumbnails

    assert dict(decoded(kept.content).getexif()) == {Base.Artist: "Ada", Base.Copyright: "2026 Ada"}
    assert decoded(kept.content).size == (30, 40)
    assert not decoded(bare.content).getexif()


def test_a_picture_without_credits_gets_no_empty_block() -> None:
    [kept] = shrink(any_picture(), [any_variant()], MEMORY, keep_credits=True).thumbnails

    assert "exif" not in decoded(kept.content).info
