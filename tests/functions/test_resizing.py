"""Resizing is the same with SIMD and without."""

import pytest
from PIL import Image, ImageChops

from functions.make_thumbnails import resizing
from functions.make_thumbnails.resizing import resize


def ramp(mode: str) -> Image.Image:
    across = Image.linear_gradient("L").resize((301, 199))
    bands = (across, across.transpose(Image.Transpose.ROTATE_180), across, across)
    return Image.merge(mode, bands[: len(mode)])


@pytest.mark.parametrize("box", [None, (0, 0, 300.5, 198.25)])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "CMYK"])
def test_it_is_the_same_both_ways(
    mode: str, box: tuple[float, float, float, float] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert resizing.simd is not None
    fast = resize(ramp(mode), (64, 43), box)
    monkeypatch.setattr(resizing, "simd", None)
    slow = resize(ramp(mode), (64, 43), box)

    assert (fast.mode, fast.size) == (slow.mode, slow.size) == (mode, (64, 43))
    seen = ("RGBA", "RGB")[mode != "RGBA"]
    difference = ImageChops.difference(fast.convert(seen), slow.convert(seen))
    assert max(difference.convert("RGB").tobytes()) <= 2


@pytest.mark.parametrize("fast", [True, False])
def test_what_is_clear_has_no_weight(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not fast:
        monkeypatch.setattr(resizing, "simd", None)
    image = Image.new("RGBA", (100, 100), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 50, 100))
    edge = resize(image, (5, 5)).getpixel((2, 2))
    assert isinstance(edge, tuple)
    assert edge[0] > 250 > 5 > edge[1]


def test_nothing_is_done_where_nothing_changes() -> None:
    image = ramp("RGB")
    assert resize(image, image.size) is image
