"""What holds for any picture, any variant, and any damage."""

import pickle
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from darkroom.refusals import Reason, Refused
from functions.make_thumbnails.thumbnails import shrink
from functions.make_thumbnails.variants import Variant
from tests.pictures import any_picture, decoded, exif
from tests.thumbnails import MEMORY, any_variant

QUICK = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
THOROUGH = settings(QUICK, max_examples=400)
KINDS = [
    *((format, "RGB") for format in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF")),
    *(("PNG", mode) for mode in ("1", "L", "P", "LA", "RGBA", "I;16")),
    *(("TIFF", mode) for mode in ("CMYK", "F", "I", "LAB")),
    ("JPEG", "CMYK"),
    ("JPEG", "L"),
]
MODES = {"JPEG": {"RGB", "L"}, "WEBP": {"RGB", "RGBA"}, "AVIF": {"RGB", "RGBA"}}
SIZES = st.tuples(st.integers(1, 300), st.integers(1, 300))
VARIANTS = st.builds(
    Variant,
    name=st.uuids().map(str),
    long_edge=st.integers(1, 320),
    format=st.sampled_from(["JPEG", "JPEG", "WEBP", "AVIF"]),
    quality=st.integers(1, 100),
    fit=st.sampled_from(["fit", "fill", "pad"]),
    background=st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}"),
)


@QUICK
@given(
    size=SIZES,
    kind=st.sampled_from(KINDS),
    turn=st.integers(1, 8),
    variants=st.lists(VARIANTS, min_size=1, max_size=3, unique_by=lambda variant: variant.name),
)
def test_any_picture_in_any_variant(
    size: tuple[int, int], kind: tuple[str, str], turn: int, variants: list[Variant]
) -> None:
    format, mode = kind
    turned = format in ("JPEG", "TIFF", "PNG", "WEBP")
    options: dict[str, Any] = {"exif": exif(Orientation=turn)} if turned else {}
    made = shrink(plain(size, format, mode, **options), variants, MEMORY)

    shown = size[::-1] if turned and turn >= 5 else size
    assert [thumbnail.variant for thumbnail in made.thumbnails] == variants
    assert 5 <= len(made.placeholder) <= 30
    assert len(made.dominant_colour) == 7
    assert len(made.perceptual_hash) == 16
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301
    for thumbnail in made.thumbnails:
        picture = decoded(thumbnail.content)
        assert picture.size == (thumbnail.width, thumbnail.height)
        assert (picture.format, picture.mode in MODES[str(picture.format)]) == (
            thumbnail.variant.format,
            True,
        )
        holds_its_size(picture.size, shown, thumbnail.variant)


def holds_its_size(size: tuple[int, int], shown: tuple[int, int], variant: Variant) -> None:
    assert 1 <= min(size) <= max(size) <= min(variant.long_edge, max(shown))
    if variant.fit == "fit":
        scale = min(1, variant.long_edge / max(shown))
        assert max(size) == min(variant.long_edge, max(shown))
        assert all(abs(a - b * scale) < 1 for a, b in zip(size, shown, strict=True))
    else:
        assert size[0] == size[1]
    if variant.fit == "fill":
        assert size[0] == min(variant.long_edge, *shown)


def plain(size: tuple[int, int], format: str, mode: str, **options: Any) -> bytes:
    encoded = BytesIO()
    Image.new(mode, size).save(encoded, format, **options)
    return encoded.getvalue()


@THOROUGH
@given(
    start=st.sampled_from(
        [
            *(b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"\x1f\x8b\x08"),
            *(b"II*\0", b"MM\0*", b"MM\0+", b"RIFF\x40\0\0\0WEBPVP8L"),
            *(b"\0\0\0\x1cftypavif", b"\0\0\0\x1cftypheic"),
        ]
    ),
    rest=st.binary(max_size=300),
)
def test_random_bytes_end_in_thumbnails_or_in_a_reason(start: bytes, rest: bytes) -> None:
    ends_well(start + rest)


@cache
def good(index: int) -> bytes:
    """Return a good picture; one that is animated, or interlaced, or progressive, among them."""
    frames = {"save_all": True, "append_images": [Image.new("RGB", (40, 30), "green")]}
    kinds: list[dict[str, Any]] = [
        {"format": "JPEG", "exif": exif(Orientation=6)},
        {"format": "JPEG", "progressive": True},
        {"format": "PNG"},
        {"format": "PNG", **frames},
        {"format": "GIF", **frames},
        {"format": "WEBP", "lossless": True},
        {"format": "WEBP", **frames},
        {"format": "TIFF", "compression": "tiff_lzw"},
        {"format": "TIFF", "compression": "jpeg"},
        {"format": "TIFF", **frames},
        {"format": "BMP"},
        {"format": "AVIF"},
    ]
    return any_picture(**kinds[index])


@THOROUGH
@given(
    index=st.integers(0, 11),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
    kept=st.floats(0.05, 1) | st.just(1.0),
)
def test_damaged_pictures_end_in_thumbnails_or_in_a_reason(
    index: int, changes: list[tuple[float, int]], kept: float
) -> None:
    damaged = bytearray(good(index))
    for place, value in changes:
        damaged[int(place * (len(damaged) - 1))] = value
    ends_well(bytes(damaged[: int(len(damaged) * kept)]))


@pytest.mark.parametrize("index", range(12))
@pytest.mark.parametrize("missing", [0.1, 0.5])
def test_half_a_picture_is_truncated_or_shown(index: int, missing: float) -> None:
    content = good(index)
    assert ends_well(content[: int(len(content) * (1 - missing))]) in (None, Reason.TRUNCATED)


def ends_well(content: bytes) -> Reason | None:
    """Return why the picture is refused; None if it is not. Anything else would escape."""
    try:
        shrink(content, [any_variant()], MEMORY)
    except Refused as refused:
        return refused.reason
    return None
