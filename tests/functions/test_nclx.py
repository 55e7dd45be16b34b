"""AVIF and HEIC that name their colours by numbers (ITU-T H.273) come out as they are meant."""

import random
import struct
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from darkroom.pictures.boxes import colour_code_points
from darkroom.pictures.nclx import profile_of
from functions.index_metadata.metadata import read_metadata
from tests.pictures import saved
from tests.profiles import display_p3
from tests.thumbnails import pixel, shrunk

ORANGE = (200, 100, 60)
# Linear light in, linear sRGB out, as CSS Color 4 publishes them.
TO_SRGB = {
    12: ((1.2249, -0.2247, 0.0), (-0.0420, 1.0419, 0.0), (-0.0197, -0.0786, 1.0979)),
    9: ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)),
}
SRGB, BT_2020, DCI_P3, DISPLAY_P3 = 1, 9, 11, 12
GAMMA_22, SRGB_CURVE, PQ, HLG = 4, 13, 16, 18


def marked(content: bytes, primaries: int, transfer: int) -> bytes:
    """Return an AVIF or HEIC with other code points where it has some."""
    told = (b"nclx" + struct.pack(">HH", *old) for old in ((1, 13), (2, 2)))
    old = next(each for each in told if each in content)
    return content.replace(old, b"nclx" + struct.pack(">HH", primaries, transfer))


def avif(colour: Any, primaries: int, transfer: int, mode: str = "RGB", **options: Any) -> bytes:
    encoded = BytesIO()
    Image.new(mode, (20, 20), colour).save(encoded, "AVIF", quality=95, **options)
    return marked(encoded.getvalue(), primaries, transfer)


def near(found: Any, expected: Any, tolerance: float = 3) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(found, expected, strict=True))


def converted(colour: tuple[int, int, int], primaries: int) -> list[int]:
    light = [((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour]
    rows = [sum(map(float.__mul__, row, light)) for row in TO_SRGB[primaries]]
    return [round(255 * (1.055 * max(0.0, value) ** (1 / 2.4) - 0.055)) for value in rows]


@pytest.mark.parametrize("transfer", [SRGB_CURVE, 1, 6, 14, 15, 2])
@pytest.mark.parametrize("primaries", [DISPLAY_P3, BT_2020])
def test_a_wide_gamut_is_converted(primaries: int, transfer: int) -> None:
    found = pixel(avif(ORANGE, primaries, transfer))[:3]
    assert found[0] > 210  # the same numbers mean a stronger red in the wider space
    assert near(found, converted(ORANGE, primaries))
    assert shrunk(avif(ORANGE, primaries, transfer)).notes == []


def test_numbers_mean_what_the_profile_of_the_same_colours_means() -> None:
    by_numbers = avif(ORANGE, DISPLAY_P3, GAMMA_22)
    by_profile = avif(ORANGE, 2, 2, icc_profile=display_p3(2.2))
    assert near(pixel(by_numbers)[:3], pixel(by_profile)[:3], 1)


@pytest.mark.parametrize(
    ("primaries", "red"),
    [
        (SRGB, (0.4361, 0.2225, 0.0139)),
        (BT_2020, (0.6735, 0.2790, -0.0019)),
        (DCI_P3, (0.4862, 0.2267, -0.0008)),
        (DISPLAY_P3, (0.5151, 0.2412, -0.0011)),
    ],
)
def test_red_is_that_of_published_profiles(primaries: int, red: tuple[float, float, float]) -> None:
    made = ImageCms.ImageCmsProfile(BytesIO(profile_of((primaries, PQ), "nclx")))
    found = made.profile.red_colorant
    assert found is not None
    assert near(found[0], red, 0.0003)


def test_the_white_of_a_cinema_is_white() -> None:
    assert near(pixel(avif("white", DCI_P3, SRGB_CURVE)), (255, 255, 255, 255), 1)


@pytest.mark.parametrize("points", [(1, 13), (1, 1), (1, 6), (1, 2), (2, 2), (99, 13), (0, 0)])
def test_srgb_and_what_tells_nothing_stay_as_they_are(points: tuple[int, int]) -> None:
    assert near(pixel(avif(ORANGE, *points)), pixel(avif(ORANGE, 1, 13)), 0)


def test_a_profile_outweighs_the_numbers() -> None:
    both = avif(ORANGE, BT_2020, PQ, icc_profile=display_p3())
    assert near(pixel(both), pixel(avif(ORANGE, 2, 2, icc_profile=display_p3())), 0)


def test_hdr_keeps_its_shadows_and_rolls_off_its_lights() -> None:
    """PQ has 50 cd/m2 at 112 of 255, 203 (a white sheet) at 148, 1000 at 192."""
    shadow, paper, lamp, sun = (
        pixel(avif((code,) * 3, BT_2020, PQ))[0] for code in (112, 148, 192, 255)
    )
    assert abs(shadow - 136) <= 3  # 50 / 203 of white, in sRGB
    assert 220 < paper < 238
    assert (lamp, sun) == (255, 255)


def test_both_kinds_of_hdr_show_a_sheet_of_paper_alike() -> None:
    """HLG has it at 75 per cent (BT.2408)."""
    hlg, pq = (pixel(avif((code,) * 3, BT_2020, kind)) for code, kind in ((191, HLG), (148, PQ)))
    assert near(hlg, pq, 4)


def test_grey_takes_part_in_the_curve_only() -> None:
    assert near(pixel(avif(100, DISPLAY_P3, SRGB_CURVE, "L")), (100, 100, 100, 255), 2)
    assert near(pixel(avif(148, BT_2020, PQ, "L"))[:1], pixel(avif((148,) * 3, BT_2020, PQ))[:1])
    assert shrunk(avif(100, DISPLAY_P3, SRGB_CURVE, "L")).notes == []


def test_transparency_stays() -> None:
    content = avif((*ORANGE, 128), DISPLAY_P3, SRGB_CURVE, "RGBA")
    *colours, alpha = pixel(content, format="WEBP", quality=100)
    assert abs(alpha - 128) <= 2
    assert colours[0] > 210


def test_an_animation_may_have_its_numbers_in_its_track_alone() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (ORANGE, "blue")]
    encoded = BytesIO()
    frames[0].save(encoded, "AVIF", quality=95, save_all=True, append_images=frames[1:])
    content = marked(encoded.getvalue(), DISPLAY_P3, SRGB_CURVE)
    assert content.count(b"colrnclx") == 2
    assert colour_code_points(content.replace(b"colrnclx", b"freenclx", 1)) == (12, 13)


def test_a_heic_is_converted_as_well() -> None:
    content = saved(Image.new("RGB", (64, 64), ORANGE), "HEIF")
    before, after = pixel(content), pixel(marked(content, DISPLAY_P3, SRGB_CURVE))
    assert near(after[:3], converted(before[:3], DISPLAY_P3), 6)
    assert not near(after, before)


@pytest.mark.parametrize(
    ("points", "name"),
    [
        ((12, 13), "Display P3 (nclx)"),
        ((11, 17), "DCI-P3 (nclx)"),
        ((9, 16), "BT.2020 PQ (nclx)"),
        ((9, 18), "BT.2020 HLG (nclx)"),
        ((1, 8), "BT.709 linear (nclx)"),
        ((1, 13), None),
    ],
)
def test_metadata_name_the_colours(points: tuple[int, int], name: str | None) -> None:
    assert read_metadata(avif(ORANGE, *points), 1 << 30).get("profile_name") == name


def box(kind: bytes, *parts: bytes, large: bool = False) -> bytes:
    content = b"".join(parts)
    if large:
        return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content
    return struct.pack(">I4s", 8 + len(content), kind) + content


def grouped(primary: bytes, associations: bytes, large: bool = False) -> bytes:
    """Return a file with two properties of colour, and whose they are."""
    colours = (box(b"colr", b"nclx" + bytes([0, n, 0, 13, 0, 1, 128])) for n in (9, 12))
    properties = box(b"ipco", box(b"ispe", bytes(12)), *colours, large=large)
    items = box(b"iprp", properties, box(b"ipma", associations))
    return box(b"ftyp", b"avif") + box(b"meta", bytes(4), box(b"pitm", primary), items)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("primary", "associations"),
    [
        ("00000000 0007", "00000000 00000002 0001 02 81 02 0007 02 01 83"),
        ("00000000 0007", "00000001 00000002 0001 02 8001 0002 0007 02 0001 8003"),
        ("01000000 00000007", "01000000 00000002 00000001 01 82 00000007 01 83"),
    ],
)
def test_the_colours_are_the_primary_items_own(
    primary: str, associations: str, large: bool
) -> None:
    content = grouped(bytes.fromhex(primary), bytes.fromhex(associations), large)
    assert colour_code_points(content) == (12, 13)


def test_a_grid_without_colours_of_its_own_has_its_tiles() -> None:
    associations = bytes.fromhex("00000000 00000002 0001 02 81 02 0007 01 01")
    assert colour_code_points(grouped(bytes.fromhex("00000000 0007"), associations)) == (9, 13)


def test_damaged_boxes_tell_nothing_or_something_but_raise_nothing() -> None:
    sound, chance = avif(ORANGE, DISPLAY_P3, SRGB_CURVE, "RGBA"), random.Random(1)  # noqa: S311
    for _ in range(2_000):
        content = bytearray(sound[: chance.randrange(len(sound))])
        for at in chance.choices(range(len(content)), k=4) if content else ():
            content[at] = chance.choice([0, 1, 255, chance.randrange(256)])
        found = colour_code_points(bytes(content))
        assert found is None or len(found) == 2
