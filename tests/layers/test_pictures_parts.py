"""A file of more parts than any picture needs is refused before they cost seconds."""

import struct
import zlib
from collections.abc import Iterator

import pytest
from PIL import Image

from darkroom.pictures import open_picture
from darkroom.pictures.decoding import decode
from darkroom.pictures.jpeg import MAX_SCANS, MAX_SEGMENTS
from darkroom.pictures.parts import MAX_PARTS
from darkroom.refusals import Reason, Refused
from tests.pictures import any_picture

AMPLE = 1 << 30
MANY = MAX_PARTS + MAX_PARTS // 16  # a GIF may have one more for 64 bytes


@pytest.fixture(autouse=True)
def _no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a decoder that is reached fail at once instead of taking its time."""
    monkeypatch.setattr(Image.Image, "draft", lambda *_: pytest.fail("it would be decoded"))


def refusal(content: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        decode(open_picture(content, AMPLE), 8)
    return refused.value


def progressive(scans: int) -> bytes:
    """Return a grey JPEG of 8 x 8 pixels: its DC, then the same AC bits again and again."""

    def segment(kind: int, *content: int) -> bytes:
        return struct.pack(">BBH", 0xFF, kind, len(content) + 2) + bytes(content)

    def scan(first: int, last: int) -> bytes:
        return segment(0xDA, 1, 1, 0, first, last, 0) + b"\x7f"

    tables = segment(0xDB, 0, *[1] * 64)
    frame = segment(0xC2, 8, 0, 8, 0, 8, 1, 1, 0x11, 0)
    codes = segment(0xC4, 0, 1, *[0] * 15, 0) + segment(0xC4, 0x10, 1, *[0] * 15, 0)
    start, end = b"\xff\xd8", b"\xff\xd9"
    return start + tables + frame + codes + scan(0, 0) + scan(1, 63) * (scans - 1) + end


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def inserted(content: bytes, at: int, parts: bytes) -> bytes:
    return content[:at] + parts + content[at:]


def strips(count: int) -> bytes:
    """Return a TIFF whose every row is a strip of its own."""
    table = 8 + 2 + 12 * 9 + 4
    entries = [
        (256, 4, 1, 1),
        (257, 4, 1, count),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, count, table),
        (277, 3, 1, 1),
        (278, 4, 1, 1),
        (279, 4, count, table + 4 * count),
    ]
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    places, sizes = struct.pack("<I", 8) * count, struct.pack("<I", 1) * count
    return b"II*\0\x08\0\0\0" + directory + places + sizes


def hostile() -> Iterator[tuple[str, bytes, str]]:
    png, gif, jpeg = any_picture(format="PNG"), any_picture(format="GIF"), any_picture()
    frame = gif.index(b",", 13)
    yield "texts of a PNG", inserted(png, 33, chunk(b"tEXt", b"a\0") * MANY), "chunks"
    yield "chunks behind the pixels", inserted(png, -12, chunk(b"tEXt", b"a\0") * MANY), "chunks"
    yield "pixels in empty chunks", inserted(png, -12, chunk(b"IDAT") * MANY), "chunks"
    yield "comments of a JPEG", inserted(jpeg, 2, b"\xff\xfe\0\2" * MANY), "segments"
    yield "fill bytes of a JPEG", inserted(jpeg, 2, b"\xff" * MANY), "segments"
    yield "comments of a GIF", inserted(gif, frame, b"\x21\xfe\1a\0" * MANY), "blocks"
    yield "a comment in pieces", inserted(gif, frame, b"\x21\xfe" + b"\1a" * MANY + b"\0"), "blocks"
    yield "stray bytes of a GIF", inserted(gif, frame, bytes(MANY)), "blocks"
    yield "strips", strips(MANY), "strips or tiles"


@pytest.mark.parametrize(
    ("content", "parts"),
    [pytest.param(content, parts, id=name) for name, content, parts in hostile()],
)
def test_too_many_parts_are_refused_and_named(content: bytes, parts: str) -> None:
    refused = refusal(content)

    assert refused.reason == Reason.TOO_MANY_FRAMES
    assert refused.detail.startswith("more than 10")
    assert refused.detail.endswith(parts)


def test_too_many_scans_are_refused_before_one_is_decoded() -> None:
    refused = refusal(progressive(MAX_SCANS + 1))

    assert refused.reason == Reason.TOO_MANY_FRAMES
    assert refused.detail == f"{MAX_SCANS + 1} scans, at most {MAX_SCANS}"


def test_too_many_segments_between_scans_are_refused() -> None:
    comments = b"\xff\xfe\0\2" * MAX_SEGMENTS

    assert refusal(inserted(progressive(2), -2, comments)).detail == "more than 10000 segments"


def test_the_scans_of_a_preview_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    preview = b"Exif\0\0" + progressive(2) * MAX_SCANS
    block = b"\xff\xe1" + struct.pack(">H", len(preview) + 2) + preview

    assert decode(open_picture(inserted(progressive(3), 2, block), AMPLE), 8).image.size == (8, 8)


def test_as_many_scans_as_are_taken_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    assert decode(open_picture(progressive(MAX_SCANS), AMPLE), 8).image.size == (8, 8)


def test_a_gif_of_many_pixels_has_not_too_many_blocks() -> None:
    picture = any_picture(4, 4, "GIF")
    block = b"\xff" + bytes(255)

    assert open_picture(inserted(picture, -2, block * MANY), AMPLE).frames == 1
