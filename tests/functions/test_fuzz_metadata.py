"""Whatever bytes come, metadata ends in an item that the table takes, or in a refusal.

`python -m tests.fuzz` runs these for as long as one likes.
"""

import os
import struct
from datetime import datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL.TiffImagePlugin import IFDRational

from darkroom.refusals import Refused
from functions.index_metadata.captions import captions
from functions.index_metadata.exif import MAIN_TAGS, Exif, camera
from functions.index_metadata.icc import profile_name
from functions.index_metadata.iptc import NAMES as IPTC_NAMES
from functions.index_metadata.iptc import read_iptc
from functions.index_metadata.location import location
from functions.index_metadata.metadata import read_metadata
from functions.index_metadata.taken import taken
from functions.index_metadata.xmp import NAMES as XMP_NAMES
from functions.index_metadata.xmp import read_xmp
from tests.functions.blocks import (
    NAMESPACES,
    degrees,
    exif_block,
    icc,
    icc_name_v2,
    icc_name_v4,
    iptc,
    jpeg_with,
    jpeg_with_iptc,
    raw_exif,
    segment,
    xmp,
)
from tests.functions.serialized import size_in_the_table
from tests.pictures import any_picture

# No deadline: other tests may be using the same processors.
fuzzed = settings(
    deadline=None,
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "100")),
    suppress_health_check=[HealthCheck.too_slow],
)

EXIF = exif_block(
    {0x010F: "Fujifilm", 0x0110: "X100V", 0x0112: 6, 0x010E: "A river", 0x8298: "mine"},
    {0x9003: "2026:02:03 04:05:06", 0x9011: "+01:00", 0x829A: IFDRational(1, 250), 0x8827: 400},
    {1: "N", 2: degrees((55, 1), (56, 1), (55, 1)), 3: "W", 4: degrees((3, 1), (11, 1), (27, 1))},
)
XMP = xmp("<dc:title>River</dc:title>", 'xmp:CreateDate="2026-02-03T04:05:06Z"')
IPTC = iptc((5, b"River"), (55, b"20260203"), (60, b"040506+0100"), (116, b"mine"))
PROFILE = icc(icc_name_v2("Display P3"))
GOOD = {
    "JPEG": jpeg_with(segment(0xE1, EXIF), picture=jpeg_with_iptc(IPTC)),
    **{
        name: any_picture(format=name, exif=EXIF, xmp=XMP, icc_profile=PROFILE)
        for name in ("PNG", "WEBP", "TIFF", "AVIF")
    },
    "GIF": any_picture(format="GIF", comment=b"hello"),
}
TAGS = st.sampled_from(
    [*MAIN_TAGS, 0x0112, 0x8769, 0x8825, 0x829A, 0x8827, 0x9003, 0x927C, 1, 2, 7]
)
DETAILS = [0x829A, 0x829D, 0x8827, 0x8833, 0x9003, 0x9004, 0x9010, 0x9011, 0x920A, 0xA434]
WORDS = st.one_of(
    st.text(max_size=30),
    st.from_regex(
        r"[0-9]{4}[:-][0-9]{2}[:-][0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{4})?"
    ),
    st.from_regex(r"[+-][0-9]{2}:[0-9]{2}", fullmatch=True),
    st.sampled_from("NSEW"),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        WORDS,
        st.binary(max_size=50),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.none(),
        st.builds(IFDRational, st.integers(0, 2**32 - 1), st.integers(0, 60)),
        st.builds(IFDRational, st.floats(allow_nan=False, allow_infinity=False)),
    ),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=4,
)


def ends_well(content: bytes) -> None:
    """Assert that *content* ends in an item or in a refusal."""
    try:
        found = read_metadata(content, 64 << 20, declared="image/jpeg", gps="full")
    except Refused:
        return
    assert size_in_the_table(found) < 16_000


@st.composite
def mutations(draw: st.DrawFn, contents: st.SearchStrategy[bytes]) -> bytes:
    """Return one of *contents* with some bytes changed, and perhaps cut short or spliced."""
    content = bytearray(draw(contents))
    positions = st.integers(0, len(content) - 1)
    for position in draw(st.lists(positions, max_size=8)):
        content[position] = draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]) | st.integers(0, 255))
    cut, end = draw(positions), draw(positions)
    match draw(st.sampled_from(["keep", "end", "splice", "repeat"])):
        case "end":
            del content[cut:]
        case "splice":
            content[cut:end] = draw(st.binary(max_size=40))
        case "repeat":
            content[cut:cut] = content[cut:end]
    return bytes(content)


@fuzzed
@given(st.sampled_from(sorted(GOOD)).flatmap(lambda name: mutations(st.just(GOOD[name]))))
def test_mutated_pictures_end_well(content: bytes) -> None:
    ends_well(content)


@fuzzed
@given(st.sampled_from([content[:16] for content in GOOD.values()]), st.binary(max_size=300))
def test_random_bytes_behind_a_signature_end_well(signature: bytes, rest: bytes) -> None:
    ends_well(signature + rest)


@fuzzed
@given(
    st.lists(
        st.tuples(
            TAGS,
            st.integers(0, 14) | st.just(129),
            st.integers(0, 2**32 - 1),
            st.binary(min_size=4, max_size=4),
        ),
        max_size=20,
    ),
    st.binary(max_size=100),
    st.sampled_from([0, 4, 8, 2**32 - 1]),
)
def test_random_directories_end_well(entries: list[Any], rest: bytes, offset: int) -> None:
    small = [(tag, kind, count % 200, value) for tag, kind, count, value in entries]
    for some in (entries, small):
        ends_well(jpeg_with(segment(0xE1, raw_exif(*some, offset=offset) + rest)))


@fuzzed
@given(mutations(st.sampled_from([EXIF, XMP, IPTC, PROFILE])) | st.binary(max_size=200))
def test_random_blocks_end_well(block: bytes) -> None:
    ends_well(
        jpeg_with(
            segment(0xE1, b"Exif\0\0" + block),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + block),
            segment(0xE2, b"ICC_PROFILE\0\1\1" + block),
            picture=jpeg_with_iptc(block),
        )
    )


@fuzzed
@given(
    st.dictionaries(st.sampled_from(MAIN_TAGS), VALUES),
    st.dictionaries(st.sampled_from(DETAILS), VALUES),
    st.dictionaries(st.sampled_from([1, 2, 3, 4, 7, 29]), VALUES),
)
def test_values_of_any_type_are_taken_or_left(main: Any, details: Any, gps: Any) -> None:
    exif = Exif(main, details, gps)

    found = camera(exif) | taken(exif, {}, {}) | captions(main, {}, {}) | location(gps, "full")

    assert size_in_the_table(found) < 16_000
    assert all(isinstance(value, str | int | Decimal | None) for value in found.values())


@fuzzed
@given(latitude=VALUES, longitude=VALUES, north=WORDS, east=WORDS)
def test_places_are_on_the_globe(latitude: Any, longitude: Any, north: str, east: str) -> None:
    found = location({1: north, 2: latitude, 3: east, 4: longitude}, "coarse")

    if found:
        assert abs(found["latitude"]) <= 90
        assert abs(found["longitude"]) <= 180
        assert any(found.values())


@fuzzed
@given(st.tuples(*[st.integers(0, 200) | st.floats(0, 200)] * 6), st.sampled_from("NS"))
def test_coarse_places_are_near_the_full_ones(told: tuple[Any, ...], north: str) -> None:
    tags = {1: north, 2: told[:3], 3: "E", 4: told[3:]}

    full, coarse = location(tags, "full"), location(tags, "coarse")

    assert full.keys() == coarse.keys()
    for name in full:
        assert abs(full[name] - coarse[name]) <= Decimal("0.005001")


@fuzzed
@given(*[WORDS] * 3, st.dictionaries(st.sampled_from(["DateCreated", "CreateDate"]), WORDS))
def test_times_are_times_or_left(raw: str, offset: str, day: str, xmp: dict[str, str]) -> None:
    exif = Exif({}, {0x9003: raw, 0x9011: offset}, {29: day, 7: (1, 2, 3)})

    found = taken(exif, {}, xmp)

    for name in found.keys() & {"taken_at", "taken_utc"}:
        datetime.fromisoformat(found[name])
    assert all(len(text) <= 40 for text in found.values())


@fuzzed
@given(mutations(st.just(IPTC)) | st.binary(max_size=200))
def test_iptc_raises_only_what_it_says(block: bytes) -> None:
    try:
        found = read_iptc(block)
    except ValueError:
        return
    assert found.keys() <= set(IPTC_NAMES.values())


@fuzzed
@given(
    mutations(st.just(XMP))
    | st.text(max_size=200)
    | st.text('<>/&;![]ENTITY "=', max_size=80).map(
        lambda text: f"<rdf:RDF {NAMESPACES}><rdf:Description>{text}</rdf:Description></rdf:RDF>"
    )
)
def test_xmp_raises_only_what_it_says(block: bytes | str) -> None:
    try:
        found = read_xmp(block)
    except (ValueError, ParseError):
        return
    assert found.keys() <= set(XMP_NAMES.values())


@fuzzed
@given(mutations(st.sampled_from([PROFILE, icc(icc_name_v4("Display P3"))])))
def test_profiles_raise_only_what_they_say(profile: bytes) -> None:
    try:
        assert len(profile_name(profile)) <= 200
    except (ValueError, struct.error):
        return


@pytest.mark.parametrize("name", sorted(GOOD))
def test_what_is_mutated_is_good(name: str) -> None:
    found = read_metadata(GOOD[name], 64 << 20)

    assert found["format"] == name
    assert name == "GIF" or found["camera_make"] == "Fujifilm"
