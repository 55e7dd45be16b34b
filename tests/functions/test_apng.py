"""An animated PNG whose frames are damaged is shown as its default image, as browsers show it."""

import struct
from collections.abc import Callable
from io import BytesIO
from zlib import crc32

import pytest
from PIL import Image

from darkroom.pictures import open_picture
from darkroom.refusals import Reason, Refused
from functions.index_metadata.metadata import read_metadata
from tests.thumbnails import pixel

AMPLE = 1 << 30
SIZE = 20
Chunks = list[tuple[bytes, bytes]]


def png(chunks: Chunks) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc32(kind + data))
        for kind, data in chunks
    )


def pixels(colour: str) -> bytes:
    """Return what stands in the IDAT of a plain picture."""
    encoded = BytesIO()
    Image.new("RGB", (SIZE, SIZE), colour).save(encoded, "PNG")
    content = encoded.getvalue()
    at = content.index(b"IDAT")
    return content[at + 4 : at + 4 + int.from_bytes(content[at - 4 : at], "big")]


def frame(number: int, width: int = SIZE, left: int = 0) -> tuple[bytes, bytes]:
    return b"fcTL", struct.pack(">5I2HBB", number, width, SIZE, left, 0, 1, 10, 0, 0)


def data(number: int, colour: str) -> tuple[bytes, bytes]:
    return b"fdAT", struct.pack(">I", number) + pixels(colour)


def control(frames: int) -> tuple[bytes, bytes]:
    return b"acTL", struct.pack(">II", frames, 0)


HEADER = (b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0))
GREEN, END = (b"IDAT", pixels("lime")), (b"IEND", b"")
# The first frame is the default image in the one, and comes after it in the other.
WITHIN: Chunks = [HEADER, control(2), frame(0), GREEN, frame(1), data(2, "red"), END]
BEHIND: Chunks = [
    HEADER,
    control(2),
    GREEN,
    frame(0),
    data(1, "red"),
    data(2, "red"),
    frame(3, 5, 15),
    data(4, "red"),
    END,
]


def changed(chunks: Chunks, at: int, *instead: tuple[bytes, bytes]) -> bytes:
    return png([*chunks[:at], *instead, *chunks[at + 1 :]])


def miscounted(content: bytes, kind: bytes) -> bytes:
    """Break the checksum of the first chunk of a kind."""
    at = content.index(kind)
    end = at + 4 + int.from_bytes(content[at - 4 : at], "big")
    return content[:end] + bytes([content[end] ^ 1]) + content[end + 1 :]


DAMAGED: dict[str, Callable[[], bytes]] = {
    "no frame is announced": lambda: changed(BEHIND, 3),
    "a frame is announced too small": lambda: changed(BEHIND, 3, (b"fcTL", frame(0)[1][:25])),
    "a frame is announced twice": lambda: png(
        [*BEHIND[:3], frame(0), frame(1), data(2, "red"), END]
    ),
    "no frame is announced but the picture": lambda: png([*WITHIN[:4], data(1, "red"), END]),
    "a frame has no pixels": lambda: png([*BEHIND[:-1], frame(5), END]),
    "the first number is not 0": lambda: changed(WITHIN, 2, frame(1)),
    "a number is left out": lambda: changed(BEHIND, 5, data(3, "red")),
    "numbers are swapped": lambda: png([*BEHIND[:4], *BEHIND[5:3:-1], *BEHIND[6:]]),
    "a frame is too wide": lambda: changed(BEHIND, 6, frame(3, 6, 15)),
    "a frame is empty": lambda: changed(BEHIND, 6, frame(3, 0)),
    "the default image is a part only": lambda: changed(WITHIN, 2, frame(0, 5)),
    "pixels come before the picture": lambda: (
        png([HEADER, control(1), frame(0), data(1, "red")]) + png([GREEN, END])[8:]
    ),
    "pixels have no number": lambda: changed(BEHIND, 5, (b"fdAT", b"\0\0\2")),
    "there is no animation of no frames": lambda: changed(BEHIND, 1, control(0)),
    "there is none of so many frames": lambda: changed(BEHIND, 1, control(1 << 31)),
    "it is announced twice": lambda: changed(BEHIND, 1, control(2), control(2)),
    "it is announced too late": lambda: png(
        [HEADER, GREEN, control(1), frame(0), data(1, "red"), END]
    ),
    "it is not announced": lambda: png([HEADER, GREEN, frame(7), data(8, "red"), END]),
    "it is announced too small": lambda: changed(BEHIND, 1, (b"acTL", b"\0\0\0\2")),
    "a checksum of a frame is wrong": lambda: miscounted(png(WITHIN), b"fcTL"),
    "the animation's checksum is wrong": lambda: miscounted(png(WITHIN), b"acTL"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_animation_is_shown_as_its_default_image(damage: str) -> None:
    content = DAMAGED[damage]()
    found = read_metadata(content, AMPLE)

    red, green, blue, _ = pixel(content)
    assert green > 240 > 15 > max(red, blue)
    assert (found["damaged"], found["frames"], found["width"]) == (["APNG"], 1, SIZE)


@pytest.mark.parametrize(
    ("chunks", "frames"),
    [(WITHIN, 2), (BEHIND, 3), ([HEADER, frame(0), control(2), *WITHIN[3:]], 2)],
)
def test_a_sound_animation_keeps_its_frames(chunks: Chunks, frames: int) -> None:
    picture = open_picture(png(chunks), AMPLE)
    assert (picture.frames, picture.damaged) == (frames, ())
    assert pixel(png(chunks))[1] > 240


def test_a_picture_without_any_is_not_damaged() -> None:
    assert open_picture(png([HEADER, GREEN, GREEN, END]), AMPLE).damaged == ()


def test_a_default_image_that_is_broken_or_not_to_be_found_is_corrupt() -> None:
    broken = changed([*BEHIND[:3], *BEHIND[4:]], 2, (b"IDAT", b"no pixels"))
    missing = png([HEADER, control(0), END])
    unnamed = changed(BEHIND, 1, control(0), (b"\0\1\2\3", b""))
    for content in (broken, missing, unnamed):
        with pytest.raises(Refused) as refused:
            pixel(content)
        assert refused.value.reason == Reason.CORRUPT


def test_a_damaged_animation_that_is_cut_short_in_its_picture_is_truncated() -> None:
    content = changed(WITHIN, 2, frame(1))
    with pytest.raises(Refused) as refused:
        pixel(content[: content.index(b"IDAT") + 20])
    assert refused.value.reason == Reason.TRUNCATED
