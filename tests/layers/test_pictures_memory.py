"""What a picture's header says that decoding takes is what it takes."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from darkroom.pictures import open_picture
from darkroom.pictures.memory import draft_scale
from darkroom.refusals import Reason, Refused
from tests.pictures import any_picture

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")
def test_decoding_takes_no_more_than_was_reckoned_and_not_much_less() -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "layers/shared/python")])
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536", "PYTHONPATH": path}
    command = [sys.executable, "-m", "tests.layers.picture_memory"]
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)

    rows = [line.split("\t") for line in printed.stdout.splitlines()]
    assert len(rows) > 25
    for name, taken, reckoned in rows:
        assert int(taken) <= int(reckoned), name
        # What is small may hide in memory that is already there.
        assert int(reckoned) <= max(2 * int(taken) + (8 << 20), 16 << 20), name


@pytest.mark.parametrize(
    ("size", "long_edge", "scale"),
    [
        ((4032, 3024), 1024, 2),
        ((6000, 4000), 1024, 4),
        ((8064, 6048), 1024, 4),
        ((1632, 1224), 1024, 1),
        ((20_000, 1), 1024, 1),
        ((12_000, 9_000), 128, 8),
    ],
)
def test_a_jpeg_shrinks_while_decoding(size: tuple[int, int], long_edge: int, scale: int) -> None:
    assert draft_scale(size, long_edge) == scale


def test_the_limit_is_of_memory_not_of_pixels() -> None:
    baseline = any_picture(4000, 3000)
    progressive = any_picture(4000, 3000, progressive=True)
    budget = 40 << 20

    assert open_picture(baseline, budget).width == 4000
    with pytest.raises(Refused) as refused:
        open_picture(progressive, budget)
    assert refused.value.reason == Reason.TOO_MANY_PIXELS


def test_a_small_file_of_many_pixels_is_refused_before_it_is_decoded() -> None:
    encoded = BytesIO()
    Image.new("RGB", (7000, 7000)).save(encoded, "WEBP", lossless=True, method=0, quality=0)
    assert len(encoded.getvalue()) < 10_000
    with pytest.raises(Refused) as refused:
        open_picture(encoded.getvalue(), 512 << 20)
    assert refused.value.reason == Reason.TOO_MANY_PIXELS


def test_a_gif_is_refused_before_its_canvas_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(any_picture(format="GIF"))
    frame = content.index(b",")
    content[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(Refused) as refused:
        open_picture(bytes(content), 512 << 20)
    assert refused.value.reason == Reason.TOO_MANY_PIXELS
