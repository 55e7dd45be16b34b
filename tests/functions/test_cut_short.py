"""What ends too early is refused as that, unless what is shown of it is whole."""

import pytest
from PIL import Image

from darkroom.refusals import Reason, Refused
from functions.index_metadata.metadata import read_metadata
from tests.pictures import any_picture, decoded, exif, saved
from tests.thumbnails import MEMORY, only, pixel

NOISE = Image.effect_noise((128, 128), 90).convert("RGB")


def reason(content: bytes) -> Reason:
    with pytest.raises(Refused) as refused:
        only(content)
    return refused.value.reason


@pytest.mark.parametrize("tile", [0, 64])
@pytest.mark.parametrize("share", [0.5, 0.8, 0.99])
def test_a_heic_is_not_shown_with_tiles_missing(tile: int, share: float) -> None:
    whole = saved(NOISE, "HEIF", tile=tile)
    cut = whole[: round(len(whole) * share)]
    assert reason(cut) == Reason.TRUNCATED
    assert read_metadata(cut, MEMORY)["width"] == 128


@pytest.mark.parametrize("more", [b"x", bytes(100), b"\xff" * 100, b"\0\0\xff\xffmpvd"])
def test_what_phones_append_to_a_heic_is_not_missed(more: bytes) -> None:
    assert decoded(only(saved(NOISE, "HEIF", tile=64) + more).content).size == (64, 64)


def test_a_gif_that_ends_within_its_only_frame_is_cut_short() -> None:
    whole = saved(NOISE, "GIF")
    for share in (0.02, 0.05, 0.5, 0.9):
        assert reason(whole[: round(len(whole) * share)]) == Reason.TRUNCATED


def test_a_gif_whose_first_frame_is_whole_is_shown() -> None:
    whole = saved(NOISE, "GIF", save_all=True, append_images=[NOISE.rotate(90)])
    assert decoded(only(whole[: len(whole) * 3 // 4]).content).size == (64, 64)


def test_a_gif_that_is_broken_is_not_called_short() -> None:
    whole = bytearray(any_picture(format="GIF"))
    at = whole.index(b",")
    assert reason(bytes(whole[:at] + b";")) == Reason.CORRUPT  # no frame at all
    whole[at + 10] = 99  # the bits of its first code
    assert reason(bytes(whole)) == Reason.CORRUPT


@pytest.mark.parametrize("garbage", [b"garb", b"MM\0*\xff\xff", b"II*\0\x08\0\0\0"])
def test_an_avif_loses_its_exif_not_its_pixels(garbage: bytes) -> None:
    sound = any_picture(format="AVIF", exif=exif(Make="Fujifilm"))
    at = sound.index(b"MM\0*")
    content = sound[:at] + garbage + sound[at + len(garbage) :]
    found = read_metadata(content, MEMORY)
    assert found["damaged"] == ["EXIF"]
    assert pixel(content)[0] > 240
    assert "camera_make" not in found
