"""Damage costs the block, not the picture; nothing unfit or unasked for comes out."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from darkroom.refusals import Refused
from functions.index_metadata.metadata import read_metadata
from tests.functions.blocks import (
    exif_block,
    icc,
    icc_name_v2,
    iptc,
    jpeg_with,
    jpeg_with_iptc,
    raw_exif,
    segment,
    xmp,
)
from tests.functions.serialized import size_in_the_table
from tests.pictures import any_picture, exif

ALWAYS = {
    "format",
    "content_type_mismatch",
    "width",
    "height",
    "orientation",
    "frames",
    "mode",
    "bit_depth",
    "alpha",
}
SOUND = exif_block(
    {0x010F: "Fujifilm"}, {0x829A: 0.01, 0x9003: "2026:11:21 10:20:30"}, {29: "2026:11:21"}
)
NO_ENTRY = raw_exif()


def metadata(content: bytes, **options: Any) -> dict[str, Any]:
    """Read without a limit that matters."""
    return read_metadata(content, 1 << 30, **options)


@pytest.mark.parametrize(
    "profile", [b"x", bytes(128), icc(b"desc"), icc(b"mluc"), icc(b"text....")]
)
def test_a_damaged_profile_costs_its_name(profile: bytes) -> None:
    found = metadata(any_picture(icc_profile=profile))

    assert "profile_name" not in found
    assert found.get("damaged", ["ICC"]) == ["ICC"]


@pytest.mark.parametrize(
    "block",
    [
        b"Exif\0\0garbage",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        raw_exif((0x8769, 4, 1, b"\x08\0\0\0")),  # the details are the directory they are in
        raw_exif((0x8825, 4, 1, b"\xff\xff\xff\xff")),
        raw_exif((0x8769, 2, 4, b"abcd"), (0x8825, 5, 9, b"\0\0\0\0")),
        raw_exif((0x010F, 12, 1 << 30, b"\0\0\0\0"), (0x0110, 99, 1, b"\0\0\0\0")),
        raw_exif(*[(0x8769, 4, 1, b"\x08\0\0\0")] * 4_000),
    ],
)
def test_a_damaged_exif_block_costs_the_exif_and_not_the_picture(block: bytes) -> None:
    assert metadata(jpeg_with(segment(0xE1, block)))["width"] == 40


def test_a_directory_that_cannot_be_read_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(block: Image.Exif, name: int) -> None:
        raise OverflowError

    monkeypatch.setattr(Image.Exif, "get_ifd", failing)

    assert metadata(any_picture(exif=exif(Make="Fujifilm")))["camera_make"] == "Fujifilm"


def test_maker_notes_and_tags_of_a_wrong_type_never_come_out() -> None:
    block = exif_block(
        {0x9C9B: 1.5, 0x9999: "unknown"},
        {0x927C: b"\xee" * 60_000, 0x9003: 5, 0x829A: "fast", 0x8827: b"\0\1\2"},
    )
    numbers = raw_exif((0x010F, 3, 1, b"\7\0\0\0"), (0x0110, 7, 4, b"\0\1\2\3"))

    assert metadata(any_picture(format="WEBP", exif=block)).keys() == ALWAYS
    assert metadata(jpeg_with(segment(0xE1, numbers))).keys() == ALWAYS


@pytest.mark.parametrize(
    ("content", "damaged"),
    [
        (jpeg_with_iptc(b"no dataset"), ["IPTC"]),
        (jpeg_with(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta")), ["XMP"]),
        (any_picture(), []),
        (jpeg_with(segment(0xE1, b"Exif\0\0garbage")), ["EXIF"]),
        (jpeg_with(segment(0xE1, SOUND[:40])), ["EXIF"]),
        (jpeg_with(segment(0xE1, SOUND[:-30])), ["EXIF"]),  # within the details
        (jpeg_with(segment(0xE1, raw_exif((0x8825, 4, 1, b"\xff\xff\0\0")))), ["EXIF"]),
        (jpeg_with(segment(0xE1, raw_exif((0x010F, 2, 99, b"\x20\0\0\0")))), ["EXIF"]),
        (jpeg_with(segment(0xE1, raw_exif((0x8825, 4, 1, bytes(4))))), ["EXIF"]),
        (jpeg_with(segment(0xE1, SOUND.replace(b"MM\0*", b"MM\0-"))), ["EXIF"]),
        (jpeg_with(segment(0xE1, NO_ENTRY.replace(b"\x08\0\0\0\0", b"\x08\0\0\0\1"))), ["EXIF"]),
        (jpeg_with(segment(0xE1, NO_ENTRY)), []),
        (any_picture(format="WEBP", exif=b"garbage"), ["EXIF"]),
        (any_picture(format="PNG", exif=SOUND[:40]), ["EXIF"]),
        (jpeg_with(segment(0xE1, SOUND)), []),
        (jpeg_with(segment(0xE1, b"Exif\0\0")), []),
        (jpeg_with(segment(0xE1, b"Exif\0\0" + bytes(20))), []),
        # Whoever moves a maker's note breaks it.
        (jpeg_with(segment(0xE1, raw_exif((0x927C, 7, 9_999, b"\xff\xff\0\0")))), []),
    ],
)
def test_damaged_blocks_are_named(content: bytes, damaged: list[str]) -> None:
    assert metadata(content).get("damaged", []) == damaged


@pytest.mark.parametrize("filling", ["x", "\N{GRINNING FACE}", "\u00e4"])
def test_the_worst_item_stays_far_below_what_the_table_takes(filling: str) -> None:
    text = (filling * 3_000).encode()
    block = exif_block(
        dict.fromkeys((0x010E, 0x010F, 0x0110, 0x8298, 0xA436), text),
        {0xA434: text, 0x9003: text, 0x927C: b"\xee" * 100_000},
    )
    packet = xmp(f"<dc:description>{filling * 3_000}</dc:description>")
    content = any_picture(
        format="WEBP", exif=block, xmp=packet, icc_profile=icc(icc_name_v2(filling * 500))
    )

    found = metadata(content, gps="full")

    assert len(found["description"]) == 1_000
    assert size_in_the_table(found) < 16_000


def test_text_chunks_of_a_png_are_no_metadata() -> None:
    chunks = PngInfo()
    chunks.add_text("Comment", "x" * 10_000, zip=True)

    assert metadata(any_picture(format="PNG", pnginfo=chunks)).keys() == ALWAYS


def test_every_file_of_the_corpus_ends_in_metadata_or_in_a_reason(corpus: Path) -> None:
    for file in (file for file in corpus.rglob("*") if file.is_file()):
        try:
            found = metadata(file.read_bytes(), gps="full")
        except Refused:
            continue
        assert found.keys() >= ALWAYS, file
        assert size_in_the_table(found) < 4_000, file


def test_iptc_in_a_jpeg_that_pillow_cannot_walk_costs_nothing_else() -> None:
    content = jpeg_with(
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\xff\xff\xff\xff" + iptc())
    )

    assert metadata(content)["width"] == 40
