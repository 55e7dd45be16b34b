"""The camera and the texts: what each block says, and which one wins."""

from decimal import Decimal
from math import inf, nan
from typing import Any

import pytest
from PIL.TiffImagePlugin import IFDRational

from functions.index_metadata.metadata import read_metadata
from functions.index_metadata.numerics import positive
from functions.index_metadata.xmp import read_xmp
from tests.functions.blocks import (
    alternatives,
    exif_block,
    iptc,
    jpeg_with,
    jpeg_with_iptc,
    jpeg_with_xmp,
    segment,
    xmp,
)
from tests.pictures import any_picture

MAKE, MODEL, DESCRIPTION, COPYRIGHT = 0x010F, 0x0110, 0x010E, 0x8298
TAKEN, EXPOSURE, F_NUMBER, ISO, FOCAL, LENS = 0x9003, 0x829A, 0x829D, 0x8827, 0x920A, 0xA434


def metadata(content: bytes, **options: Any) -> dict[str, Any]:
    """Read without a limit that matters."""
    return read_metadata(content, 1 << 30, **options)


def told(**directories: dict[int, Any]) -> dict[str, Any]:
    """Return what is read of a picture with these EXIF directories."""
    return metadata(any_picture(exif=exif_block(**directories)))


def test_the_camera_and_its_settings_are_told() -> None:
    found = told(
        main={MAKE: "Fujifilm\0", MODEL: " X100V "},
        details={
            EXPOSURE: IFDRational(10, 2500),
            F_NUMBER: IFDRational(28, 10),
            ISO: 400,
            FOCAL: IFDRational(23),
            LENS: "Fujinon 23",
        },
    )

    assert found["camera_make"] == "Fujifilm"
    assert found["camera_model"] == "X100V"
    assert found["lens"] == "Fujinon 23"
    assert found["exposure"] == "1/250"
    assert found["exposure_seconds"] == Decimal("0.004")
    assert found["f_number"] == Decimal("2.8")
    assert found["iso"] == 400
    assert found["focal_length_mm"] == 23


@pytest.mark.parametrize(
    ("exposure", "text"),
    [((1, 3), "0.3"), ((1, 4), "1/4"), ((30, 1), "30"), ((13, 10), "1.3"), ((1, 8000), "1/8000")],
)
def test_an_exposure_is_written_as_photographers_do(exposure: tuple[int, int], text: str) -> None:
    assert told(details={EXPOSURE: IFDRational(*exposure)})["exposure"] == text


@pytest.mark.parametrize("tag", [EXPOSURE, F_NUMBER, FOCAL])
@pytest.mark.parametrize("value", [(1, 0), (0, 0), (0, 1), (4_000_000_000, 1)])
def test_numbers_that_are_none_are_left_out(tag: int, value: tuple[int, int]) -> None:
    names = {"exposure", "exposure_seconds", "f_number", "focal_length_mm"}

    assert not told(details={tag: IFDRational(*value)}).keys() & names


@pytest.mark.parametrize("value", [nan, inf, -inf, -1.0, 1e-300, 1e300, True, "1", b"1", (), None])
def test_what_is_no_number_in_range_is_none(value: object) -> None:
    assert positive(value, 1_000) is None


def test_settings_may_stand_in_the_main_directory_as_in_tiff_ep() -> None:
    main = {
        EXPOSURE: IFDRational(1, 160),
        F_NUMBER: IFDRational(62, 10),
        TAKEN: "2007:04:13 00:40:17",
    }
    found = told(main=main, details={F_NUMBER: IFDRational(8, 1)})
    assert (found["exposure"], found["f_number"]) == ("1/160", 8)
    assert found["taken_source"] == "EXIF DateTimeOriginal"


def test_a_sensitivity_that_does_not_fit_is_told_by_another_tag() -> None:
    assert told(details={ISO: 65_535, 0x8833: 102_400})["iso"] == 102_400
    assert "iso" not in told(details={ISO: 65_535})


def test_texts_are_capped_and_hold_no_control_characters() -> None:
    make = told(main={MAKE: "a\x07\x1bb" + "x" * 5_000})["camera_make"]

    assert make.startswith("a b")
    assert len(make) == 200


def test_text_is_utf_8_though_the_standard_says_ascii() -> None:
    utf_8, latin = {MAKE: "Žižka".encode()}, {MAKE: "Caf\u00e9".encode("latin-1")}

    assert told(main=utf_8)["camera_make"] == "Žižka"
    assert told(main=latin)["camera_make"] == "Caf\u00e9"


def test_text_that_turns_its_surroundings_around_is_straightened() -> None:
    assert told(main={MAKE: "gpj.\u202ecod".encode()})["camera_make"] == "gpj. cod"


def test_texts_come_from_xmp_before_iptc_before_exif() -> None:
    exif = exif_block({DESCRIPTION: "OLYMPUS DIGITAL CAMERA", COPYRIGHT: "exif"})
    block = iptc((5, b"iptc"), (120, b"iptc"))
    packet = xmp(alternatives("dc:title", de="Fluss", x_default="River", en="Creek"))
    content = jpeg_with(
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet), picture=jpeg_with_iptc(block)
    )
    found = metadata(jpeg_with(segment(0xE1, exif), picture=content))

    assert found["title"] == "River"
    assert found["description"] == "iptc"
    assert found["copyright"] == "exif"


def test_windows_titles_are_utf_16() -> None:
    title = "Žižka".encode("utf-16-le") + b"\0\0"

    assert told(main={0x9C9B: title})["title"] == "Žižka"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]>',
        '<!DOCTYPE a SYSTEM "file:///etc/hostname">',
        '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://192.0.2.1/">%b;]>',
    ],
)
def test_xmp_with_a_document_type_is_not_read(attack: str, encoding: str) -> None:
    packet = xmp(attributes='dc:title="&c;"', before=attack).decode().encode(encoding)

    found = metadata(jpeg_with_xmp(packet))

    assert found["damaged"] == ["XMP"]
    assert "title" not in found


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_xmp_may_be_utf_16_with_and_without_its_mark(encoding: str) -> None:
    packet = xmp("<dc:rights>Žižka</dc:rights>").decode().encode(encoding)

    assert metadata(jpeg_with_xmp(packet))["copyright"] == "Žižka"


def test_an_encoding_declared_inside_xmp_hides_nothing() -> None:
    attack = "<?xml version='1.0' encoding='utf-7'?>+ADwAIQ-DOCTYPE a>"

    assert metadata(jpeg_with_xmp(xmp(before=attack)))["damaged"] == ["XMP"]


def test_xmp_is_read_in_each_of_its_forms() -> None:
    element = "<dc:rights>mine</dc:rights>"
    forms = [
        xmp(element),
        xmp(element, before="\ufeff<?xpacket begin='\ufeff'?>") + b"<?xpacket end='w'?>\0",
        xmp(alternatives("dc:rights", en="mine")),
        xmp(attributes='dc:rights="mine"'),
    ]

    assert [read_xmp(form)["copyright"] for form in forms] == ["mine"] * 4


def test_deep_and_large_xmp_costs_the_xmp() -> None:
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    large = xmp(f"<dc:title>{'x' * 2_000_000}</dc:title>")
    # Whoever looks below each of these for its texts looks a thousand million times.
    opened = ("rdf:RDF", "rdf:Description", "dc:rights")
    down = "".join(f"<{name}>" for name in opened) * 9_000
    up = "".join(f"</{name}>" for name in reversed(opened)) * 9_000
    nested = xmp(down + up)

    for packet in (deep, large, nested):
        found = metadata(any_picture(format="WEBP", xmp=packet))
        assert found["width"] == 40
        assert "title" not in found


@pytest.mark.parametrize(
    "block",
    [
        iptc((120, b"kept")) + b"\x1c\x02\x74\xff\xff",
        iptc((120, b"kept")) + b"\x1c\x02\x74\x00\x10short",
        iptc((120, b"kept"), (120, b"second")) + b"rest",
    ],
)
def test_iptc_that_ends_in_damage_keeps_what_came_before(block: bytes) -> None:
    found = metadata(jpeg_with_iptc(block))

    assert found["description"] == "kept"
    assert "copyright" not in found


def test_a_tiff_keeps_its_blocks_in_tags() -> None:
    packet = xmp("<dc:title>River</dc:title>")
    tags = {33723: iptc((116, b"mine")), 700: packet, 270: "A river", 315: "not asked for"}

    found = metadata(any_picture(format="TIFF", tiffinfo=tags))

    texts = {"title": "River", "copyright": "mine", "description": "A river"}
    assert found.items() >= texts.items()


@pytest.mark.parametrize("format", ["JPEG", "WEBP", "AVIF"])
def test_exif_and_xmp_are_read_whatever_the_format(format: str) -> None:
    block = exif_block({MODEL: "X100V"}, {LENS: "Fujinon 23"})
    packet = xmp("<dc:title>River</dc:title>")

    found = metadata(any_picture(format=format, exif=block, xmp=packet))

    told = {"camera_model": "X100V", "lens": "Fujinon 23", "title": "River"}
    assert found.items() >= told.items()
