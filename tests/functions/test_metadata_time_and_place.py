"""When and where a picture was taken: what is told, and no more than that."""

from typing import Any

import pytest

from functions.index_metadata.location import Precision, location
from functions.index_metadata.metadata import read_metadata
from tests.functions.blocks import (
    degrees,
    exif_block,
    iptc,
    jpeg_with,
    jpeg_with_iptc,
    jpeg_with_xmp,
    segment,
    xmp,
)
from tests.pictures import any_picture

CHANGED, TAKEN, DIGITIZED, TAKEN_OFFSET = 0x0132, 0x9003, 0x9004, 0x9011
EDINBURGH = {
    1: "N",
    2: degrees((55, 1), (56, 1), (5512, 100)),
    3: "W",
    4: degrees((3, 1), (11, 1), (2760, 100)),
}


def metadata(content: bytes, **options: Any) -> dict[str, Any]:
    """Read without a limit that matters."""
    return read_metadata(content, 1 << 30, **options)


def told(**directories: dict[int, Any]) -> dict[str, Any]:
    """Return what is read of a picture with these EXIF directories."""
    return metadata(any_picture(exif=exif_block(**directories)))


def test_a_time_without_an_offset_is_local_and_no_more() -> None:
    found = told(details={TAKEN: "2026:02:03 04:05:06"})

    assert found["taken_raw"] == "2026:02:03 04:05:06"
    assert found["taken_at"] == "2026-02-03T04:05:06"
    assert found["taken_source"] == "EXIF DateTimeOriginal"
    assert not found.keys() & {"taken_offset", "taken_utc"}


@pytest.mark.parametrize("hour", [" 9", "9", "09"])
def test_an_hour_may_have_one_digit(hour: str) -> None:
    assert told(details={TAKEN: f"2016:02:25 {hour}:51:39"})["taken_at"] == "2016-02-25T09:51:39"


def test_a_colon_may_stand_before_the_hour() -> None:
    assert told(details={TAKEN: "2003:08:27:00:09:15"})["taken_at"] == "2003-08-27T00:09:15"


def test_an_offset_tells_utc() -> None:
    found = told(details={TAKEN: "2026:02:03 04:05:06", TAKEN_OFFSET: "+05:30"})

    assert found["taken_at"] == "2026-02-03T04:05:06"
    assert found["taken_offset"] == "+05:30"
    assert found["taken_utc"] == "2026-02-02T22:35:06Z"


@pytest.mark.parametrize("offset", ["   :  ", "+25:00", "CET", "+0\u0662:00"])
def test_an_offset_that_is_none_is_left_out(offset: str) -> None:
    found = told(details={TAKEN: "2026:02:03 04:05:06", TAKEN_OFFSET: offset.encode()})

    assert not found.keys() & {"taken_offset", "taken_utc"}


def test_satellites_tell_utc_even_where_the_place_is_withheld() -> None:
    gps = {29: "2026:02:03", 7: degrees((2, 1), (5, 1), (6, 1))}

    found = told(details={TAKEN: "2026:02:03 04:05:06"}, gps=gps)

    assert found["taken_utc"] == "2026-02-03T02:05:06Z"
    assert not found.keys() & {"taken_offset", "latitude"}


@pytest.mark.parametrize(
    "gps",
    [
        {29: "2020:01:01", 7: degrees((2, 1), (5, 1), (6, 1))},  # a fix of long ago
        {29: "2026:02:03", 7: degrees((2, 0), (5, 1), (6, 1))},
        {29: "2026:02:03", 7: degrees((2, 1))},
        {29: "2026:02:03"},
        {29: "9999:12:31", 7: degrees((4_000_000_000, 1), (5, 1), (6, 1))},
    ],
)
def test_a_satellite_time_that_cannot_be_is_left_out(gps: dict[int, Any]) -> None:
    assert "taken_utc" not in told(details={TAKEN: "2026:02:03 04:05:06"}, gps=gps)


@pytest.mark.parametrize("time", ["0000:00:00 00:00:00", "    :  :     :  :  ", "", "\0"])
def test_blanks_and_zeros_are_no_time(time: str) -> None:
    found = told(details={TAKEN: time})

    assert not [name for name in found if name.startswith("taken")]


@pytest.mark.parametrize("time", ["2026:02:31 04:05:06", "3 May '99", "0000:01:01 00:00:00"])
def test_a_time_that_cannot_be_read_is_kept_as_it_stands(time: str) -> None:
    found = told(details={TAKEN: time})

    assert found["taken_raw"] == time
    assert "taken_at" not in found


def test_an_unreadable_time_gives_way_to_the_next_tag() -> None:
    found = told(main={CHANGED: "2026:02:03 04:05:06"}, details={TAKEN: "2026:13:01 00:00:00"})

    assert (found["taken_at"], found["taken_source"]) == ("2026-02-03T04:05:06", "EXIF DateTime")


def test_when_it_was_taken_goes_before_when_it_was_digitized() -> None:
    exif = exif_block({CHANGED: "2026:02:05 00:00:00"}, {DIGITIZED: "2026:02:04 00:00:00"})
    content = jpeg_with_iptc(iptc((55, b"20260203")))

    found = metadata(jpeg_with(segment(0xE1, exif), picture=content))

    assert (found["taken_at"], found["taken_source"]) == ("2026-02-03", "IPTC DateCreated")
    assert (
        told(details={DIGITIZED: "2026:02:04 00:00:00"})["taken_source"] == "EXIF DateTimeDigitized"
    )


def test_utc_beyond_the_calendar_is_no_failure() -> None:
    details = {TAKEN: "9999:12:31 23:59:59", TAKEN_OFFSET: "-05:00"}

    assert told(details=details)["taken_raw"] == "9999:12:31 23:59:59"


def test_xmp_and_iptc_tell_the_time_where_exif_does_not() -> None:
    packet = xmp(attributes='photoshop:DateCreated="2026-02-03T04:05:06.5+01:00"')
    block = iptc((55, b"20260203"), (60, b"040506+0100"))

    for content, source in (
        (jpeg_with_xmp(packet), "XMP DateCreated"),
        (jpeg_with_iptc(block), "IPTC DateCreated"),
    ):
        found = metadata(content)
        assert found["taken_source"] == source
        assert found["taken_at"] == "2026-02-03T04:05:06"
        assert found["taken_utc"] == "2026-02-03T03:05:06Z"


def test_a_day_without_an_hour_is_a_day() -> None:
    found = metadata(jpeg_with_xmp(xmp(attributes='xmp:CreateDate="2026-02-03"')))

    assert found["taken_at"] == "2026-02-03"


def test_the_place_is_withheld_unless_asked_for() -> None:
    content = any_picture(exif=exif_block(gps=EDINBURGH))

    assert not metadata(content).keys() & {"latitude", "longitude"}


@pytest.mark.parametrize(
    ("precision", "latitude", "longitude"),
    [("coarse", "55.95", "-3.19"), ("full", "55.948644", "-3.191000")],
)
def test_the_place_is_as_exact_as_asked_for(
    precision: Precision, latitude: str, longitude: str
) -> None:
    found = metadata(any_picture(exif=exif_block(gps=EDINBURGH)), gps=precision)

    assert (str(found["latitude"]), str(found["longitude"])) == (latitude, longitude)


@pytest.mark.parametrize("parts", [(-55, 56, 55), (55, -1, 0), (55, float("nan"), 0), 55, "55"])
def test_an_angle_of_impossible_parts_is_refused(parts: object) -> None:
    assert location({**EDINBURGH, 2: parts}, "full") == {}


def test_zero_has_no_sign() -> None:
    greenwich = {**EDINBURGH, 4: degrees((0, 1), (0, 1), (5, 1))}

    assert str(location(greenwich, "coarse")["longitude"]) == "0.00"


@pytest.mark.parametrize(
    "change",
    [
        {2: degrees((91, 1), (0, 1), (0, 1))},
        {2: degrees((90, 1), (0, 1), (1, 1))},
        {4: degrees((180, 1), (30, 1), (0, 1))},
        {2: degrees((55, 1), (60, 1), (0, 1))},
        {2: degrees((55, 1), (1, 1), (1, 0))},
        {2: degrees((55, 1), (1, 1))},
        {1: ""},
        {1: "X"},
        {2: degrees(*[(0, 1)] * 3), 4: degrees(*[(0, 1)] * 3)},
        {2: degrees((0, 1), (0, 1), (1, 10)), 4: degrees((0, 1), (0, 1), (1, 10))},
    ],
)
@pytest.mark.parametrize("precision", ["coarse", "full"])
def test_a_place_that_cannot_be_is_refused(change: dict[int, Any], precision: Precision) -> None:
    content = any_picture(exif=exif_block(gps={**EDINBURGH, **change}))

    assert not metadata(content, gps=precision).keys() & {"latitude", "longitude"}
