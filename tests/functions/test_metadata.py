"""Pictures in, what is worth knowing about them out."""

from pathlib import Path

import pytest
from PIL import ImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from darkroom.refusals import Refused
from functions.index_metadata.metadata import read_metadata
from tests.pictures import any_picture, exif


def metadata(content: bytes) -> dict[str, object]:
    """Read without a limit that matters."""
    return read_metadata(content, max_pixels=10_000_000)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_format_is_told_by_the_bytes(format: str) -> None:
    found = metadata(any_picture(format=format))

    assert found == {"format": format, "width": 40, "height": 30, "orientation": 1, "frames": 1}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_no_pixel_is_decoded(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = any_picture(format=format)

    decoded: list[object] = []

    for plugin in (ImageFile.ImageFile, PngImageFile, WebPImageFile):
        monkeypatch.setattr(plugin, "load", lambda self: decoded.append(self))

    assert metadata(content)["width"] == 40
    assert decoded == []


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (40, 30)), (3, (40, 30)), (6, (30, 40)), (8, (30, 40))]
)
def test_width_and_height_are_as_displayed(orientation: int, size: tuple[int, int]) -> None:
    found = metadata(any_picture(exif=exif(Orientation=orientation)))

    assert (found["width"], found["height"]) == size
    assert found["orientation"] == orientation


def test_camera_and_time_are_read_where_they_are() -> None:
    block = exif(Make="Fujifilm\0", Model=" X100V ", DateTimeOriginal="2026:02:03 04:05:06")

    found = metadata(any_picture(exif=block))

    assert found["camera_make"] == "Fujifilm"
    assert found["camera_model"] == "X100V"
    assert found["taken_at"] == "2026-02-03T04:05:06"


@pytest.mark.parametrize("time", ["0000:00:00 00:00:00", "yesterday", "    :  :     :  :  ", ""])
def test_a_time_that_is_none_is_left_out(time: str) -> None:
    assert "taken_at" not in metadata(any_picture(exif=exif(DateTimeOriginal=time)))


def test_texts_are_capped_and_hold_no_control_characters() -> None:
    make = metadata(any_picture(exif=exif(Make="a\x07b" + "x" * 5_000)))["camera_make"]

    assert isinstance(make, str)
    assert make.startswith("a b")
    assert len(make) == 200


@pytest.mark.parametrize(
    "block",
    [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"],
)
def test_a_damaged_exif_block_costs_the_exif_and_not_the_picture(block: bytes) -> None:
    assert metadata(any_picture(exif=block))["width"] == 40


def test_every_file_of_the_corpus_ends_in_metadata_or_in_a_reason(corpus: Path) -> None:
    for file in (file for file in corpus.rglob("*") if file.is_file()):
        try:
            found = metadata(file.read_bytes())
        except Refused:
            continue
        assert found.keys() >= {"format", "width", "height", "frames"}
        assert len(str(found)) < 2_000
