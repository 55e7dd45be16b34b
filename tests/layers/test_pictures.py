"""Pictures are known by their bytes, opened by their headers, and refused by name."""

import base64
import gzip
import random
import struct
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageFile

from darkroom.pictures import exif, open_picture
from darkroom.pictures.opening import MAX_FRAMES
from darkroom.refusals import Reason, Refused
from local.heic import Look
from tests.pictures import any_picture
from tests.pictures import exif as any_exif

AMPLE = 1 << 30
NOISE = random.Random(1).randbytes(10_000)  # noqa: S311


def refusal(content: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        open_picture(content, AMPLE)
    return refused.value


def tiff(**tags: int) -> bytes:
    """Return a TIFF's header and one directory, without pixels."""
    ids = {"subfile": 254, "width": 256, "photometric": 262, "make": 271, "children": 330}
    ids |= {"packing": 259, "dng": 50706}
    entries = sorted(ids[name] << 16 | value for name, value in tags.items())
    body = b"".join(struct.pack("<HHII", each >> 16, 4, 1, each & 0xFFFF) for each in entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body + bytes(4)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIF"])
def test_the_bytes_tell_the_format(format: str) -> None:
    picture = open_picture(any_picture(format=format), AMPLE)
    assert (picture.format, picture.width, picture.height) == (format, 40, 30)
    assert (picture.frames, picture.orientation) == (1, 1)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIF"])
def test_opening_decodes_nothing(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(self: Any) -> None:
        raise AssertionError("decoded")

    content = any_picture(format=format)
    monkeypatch.setattr(ImageFile.ImageFile, "load", load)
    exif(open_picture(content, AMPLE).image)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<?xml version='1.0'?><!-- drawn --><svg xmlns='x'>", "SVG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "EPS"),
        (b"8BPS\0\1", "PSD"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\xff\x0a\0", "JPEG XL"),
        (b"<!-- \xe2\x9c\x8f -->" + b" " * 2_000 + b"<svg>", "SVG"),
        ("<?xml version='1.0' encoding='UTF-16'?>\n<svg/>".encode("utf-16"), "SVG"),
        (b"<!DOCTYPE html><title>x</title><svg>", "HTML"),
        (b"\0\0\1\0\2\0" + bytes(32), "ICO"),
        (b"\0\0\2\0\1\0" + bytes(16), "CUR"),
        (b"\0\0\2\0" + bytes(8) + b"\x40\0\x30\0\x18\0", "TGA"),
        (b"\0\1\1\0\0\0\1\x18\0\0\0\0\x40\0\x30\0\x08\x20", "TGA"),
        (bytes(40) + b"TRUEVISION-XFILE.\0", "TGA"),
        (b"\n\5\1\x08\0\0\0\0", "PCX"),
        (b"/* made by hand */\n#define dot_width 8\n#define dot_height 8\n", "XBM"),
        (b"\x8aMNG\r\n\x1a\n" + NOISE, "MNG"),
        (b"\x8bJNG\r\n\x1a\n", "JNG"),
        (b"II\x1a\0\0\0HEAPCCDR", "RAW (CRW)"),
        (b"\0MRM\0\0", "RAW (MRW)"),
        (tiff(width=100).ljust(128, b"\0") + b"DICM\2\0", "DICOM"),
        (b"\0\0\0\x18ftypisom\0\0\2\0isommp42", "MP4 video or its like (isom)"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "MOV video"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "RAW (CR3)"),
        (b"II*\0\x10\0\0\0CR\2\0", "RAW (CR2)"),
        (b"II*\0\x10\0\0\0IIIICwaR", "RAW (IIQ)"),
        (tiff(width=100, dng=1), "RAW (DNG)"),
        (tiff(subfile=1, width=160, make=1, children=8), "RAW (NEF, ARW or their like)"),
        (tiff(width=100, photometric=32803), "RAW (sensor data)"),
        (tiff(width=100, packing=34712), "TIFF packed as JPEG 2000"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\4CgBI\x50\0\x20\2", "PNG for iOS (CgBI)"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1j2ki", "HEIF of another kind"),
        (b"\xff\xd8\xff\xf7\0\x0b\x08\0\1\0\1\1\1\x11\0", "JPEG-LS"),
        (b"\0\0\x0f\x17moov\0\0\0\x6cmvhd" + NOISE, "MOV video"),
        (b"RIFF\x20\0\0\0ACONanih", "ANI"),
        (b"\1\0\x09\0\0\3\x53\x0f\0\0", "WMF"),
        (b"PK\x03\x04\x14\0", "ZIP"),
        (gzip.compress(b"words", mtime=0), "GZIP"),
        (b"P6\n10 10\n255\n", "Netpbm"),
    ],
)
def test_what_we_do_not_take_is_named(content: bytes, name: str) -> None:
    refused = refusal(content)
    assert (refused.reason, refused.detail) == (Reason.UNSUPPORTED_FORMAT, name)


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(any_picture()),
        base64.b64encode(any_picture()),
        base64.encodebytes(any_picture(format="PNG")),
        b"data:image/webp;base64," + base64.b64encode(any_picture(format="WEBP")),
        b"-----BEGIN PGP MESSAGE-----\n",
        b"Salted__" + bytes(100),
        NOISE,
    ],
)
def test_a_picture_in_disguise_is_told_from_no_picture(content: bytes) -> None:
    assert refusal(content).reason == Reason.ENCRYPTED_OR_ENCODED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"BM",
        b"BM is a word",
        b"plain words " * 900,
        bytes(64),
        b"\0\0\1\0",
        b"\0\0\2\0" + bytes(14),
    ],
)
def test_what_is_no_picture_is_none(content: bytes) -> None:
    assert refusal(content).reason == Reason.NOT_AN_IMAGE


@pytest.mark.parametrize("format", ["GIF", "TIFF", "WEBP", "PNG", "AVIF"])
def test_frames_are_counted(format: str) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "green", "blue")]
    encoded = BytesIO()
    frames[0].save(encoded, format, save_all=True, append_images=frames[1:])
    assert open_picture(encoded.getvalue(), AMPLE).frames == 3


def test_too_many_frames_are_refused_without_counting_them_all() -> None:
    whole = any_picture(4, 4, "GIF")
    frame = whole[whole.index(b",") : -1]
    assert refusal(whole[:-1] + frame * MAX_FRAMES + b";").reason == Reason.TOO_MANY_FRAMES


def test_a_ring_of_directories_ends() -> None:
    ring = bytearray(any_picture(format="TIFF"))
    at = int.from_bytes(ring[4:8], "little")
    after = at + 2 + 12 * int.from_bytes(ring[at : at + 2], "little")
    ring[after : after + 4] = at.to_bytes(4, "little")
    assert open_picture(bytes(ring), AMPLE).frames == 1


def test_damaged_exif_costs_the_exif_only() -> None:
    content = any_picture(exif=any_exif(Orientation=6)).replace(b"Exif\0\0", b"Exif\0\0no")
    picture = open_picture(content, AMPLE)
    assert (picture.orientation, picture.width) == (1, 40)


def test_a_heif_is_turned_by_its_decoder() -> None:
    content = any_picture(64, 48, format="HEIF", exif=any_exif(Orientation=6), look=Look(turns=1))
    picture = open_picture(content, AMPLE)
    assert (picture.format, picture.turn, picture.width) == ("HEIF", 1, 48)


def test_a_heif_that_would_end_the_process_is_refused() -> None:
    content = bytearray(any_picture(format="HEIF"))
    item = content.index(b"infe")
    content[item + 14] = 0xFF
    assert refusal(bytes(content)).reason == Reason.CORRUPT


def test_an_item_without_a_readable_name_costs_itself() -> None:
    content = any_picture(format="HEIF", exif=any_exif(Orientation=6))
    picture = open_picture(content.replace(b"Exif\0", b"E\xeaif\0", 1), AMPLE)
    assert (picture.damaged, picture.orientation) == (("HEIF",), 1)
