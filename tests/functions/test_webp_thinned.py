"""A WebP's metadata come out the same without its pixels, and little of it is held."""

import random
import struct
import tracemalloc
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from darkroom.pictures import open_picture
from darkroom.pictures.memory import Header, decoding_cost
from darkroom.refusals import Reason, Refused
from functions.index_metadata import handler
from functions.index_metadata.hashed_body import HEAD, HashedBody
from functions.index_metadata.metadata import read_metadata
from functions.index_metadata.settings import Settings
from functions.index_metadata.webp import MAX_CHUNKS, thinned
from tests.functions.blocks import exif_block, icc, icc_name_v2, xmp
from tests.functions.test_metadata_reading import FENCE, MEBIBYTE, original

AMPLE = 1 << 34
SAID: dict[str, Any] = {
    "exif": exif_block({0x010F: "Fujifilm"}, {0x829A: 0.01}),
    "xmp": xmp("<dc:title>River</dc:title>"),
    "icc_profile": icc(icc_name_v2("Display P3")),
}


def webp(mode: str = "RGB", frames: int = 1, side: int = 60, **options: Any) -> bytes:
    noise = Image.effect_noise((side, side), 90).convert(mode)
    encoded = BytesIO()
    turned = [noise.rotate(90 * (turn % 4)) for turn in range(1, frames)]
    more = {"save_all": True, "append_images": turned} if turned else {}
    noise.save(encoded, "WEBP", method=0, **more, **options)
    return encoded.getvalue()


def thin(content: bytes) -> bytes:
    return thinned(HashedBody(BytesIO(content)).take, len(content))


def told(content: bytes) -> Any:
    """Return the metadata, or the reason for which there are none."""
    try:
        return read_metadata(content, AMPLE)
    except Refused as refused:
        return refused.reason


def chunk(kind: bytes, size: int, data: bytes = b"") -> bytes:
    return kind + struct.pack("<I", size) + data.ljust(size + size % 2, b"\0")


def riff(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return chunk(b"RIFF", len(body), body)


def after_header(content: bytes, *chunks: bytes) -> bytes:
    """Put chunks behind the first one, which is the extended header."""
    return riff(content[12:30], *chunks, content[30:])


@pytest.mark.parametrize("options", [{}, SAID], ids=["bare", "with metadata"])
@pytest.mark.parametrize("frames", [1, 2, 5])
@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_it_says_the_same_without_its_pixels(
    mode: str, lossless: bool, frames: int, options: dict[str, Any]
) -> None:
    content = webp(mode, frames, lossless=lossless, **options)
    assert told(thin(content)) == told(content)
    assert len(thin(content)) < 100 + 80 * frames + sum(map(len, options.values()))


def test_64_mib_of_pixels_are_hashed_but_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = Settings("originals", "catalog", 100 * MEBIBYTE, 1 << 30, 45, 60)
    monkeypatch.setattr(handler, "settings", lambda: needs)
    small = webp(lossless=True, **SAID)
    at = small.index(b"VP8L")
    end = at + 8 + int.from_bytes(small[at + 4 : at + 8], "little")
    pixels = chunk(b"VP8L", 64 * MEBIBYTE, small[at + 8 : end])
    content = riff(small[12:at], pixels, small[end + end % 2 :])
    found = replace(original(content[:1], len(content)), body=BytesIO(content))
    expected = sha256(content).hexdigest()

    tracemalloc.start()
    said = handler.describe(found, FENCE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (said["camera_make"], said["title"], said["sha256"]) == ("Fujifilm", "River", expected)
    assert peak < 4 * MEBIBYTE


def test_what_is_left_out_counts_for_what_decoding_would_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = webp(side=700, lossless=True)
    assert len(content) > HEAD
    opened = open_picture(content, AMPLE).image
    cost = decoding_cost(Header.of(opened, content, "WEBP"), 1024)
    needs = Settings("originals", "catalog", AMPLE, cost, 45, 60)
    monkeypatch.setattr(handler, "settings", lambda: needs)
    assert handler.describe(original(content), FENCE)["width"] == 700

    needs = replace(needs, max_memory=cost - 1)
    with pytest.raises(Refused) as refused:
        handler.describe(original(content), FENCE)
    assert refused.value.reason == Reason.TOO_MANY_PIXELS


@pytest.mark.parametrize("cut", [1, 40, 500])
def test_one_that_ends_too_early_is_still_truncated(cut: int) -> None:
    for content in (webp(**SAID), webp(), webp("RGBA", 3)):
        assert told(thin(content[:-cut])) == told(content[:-cut]) == Reason.TRUNCATED


def test_chunks_that_do_not_fit_are_still_corrupt() -> None:
    content = webp(**SAID)
    for kind in (b"ICCP", b"VP8 ", b"EXIF", b"XMP "):
        at = content.index(kind) + 4
        broken = content[:at] + b"\xff\xff\xff\x0f" + content[at + 4 :]
        assert told(thin(broken)) == told(broken) == Reason.CORRUPT, kind
    half_a_chunk = riff(content[12:], b"EXIF")
    assert told(thin(half_a_chunk)) == told(half_a_chunk) != told(content)


def test_damage_is_judged_alike() -> None:
    chance = random.Random(1)  # noqa: S311
    sources = [webp(**SAID), webp("RGBA", 3, lossless=True), webp("RGBA")]
    for _ in range(300):
        content = bytearray(chance.choice(sources))
        for at in chance.choices(range(12, min(len(content), 150)), k=2):
            content[at] = chance.randrange(256)
        damaged = bytes(content[: chance.choice([None, chance.randrange(20, len(content))])])
        assert told(thin(damaged)) == told(damaged)


def test_chunks_that_nobody_knows_are_passed_over_without_being_kept() -> None:
    content = after_header(webp(**SAID), chunk(b"JUNK", 2 * MEBIBYTE + 1))
    assert told(thin(content)) == told(content)
    assert len(thin(content)) < 2_000


def test_only_the_first_of_several_blocks_is_kept_as_only_that_is_read() -> None:
    second = chunk(b"EXIF", MEBIBYTE, exif_block({0x010F: "Canon"}))
    content = riff(webp(**SAID)[12:], second)
    assert told(content)["camera_make"] == told(thin(content))["camera_make"] == "Fujifilm"
    assert len(thin(content)) < 2_000


def test_a_huge_block_is_kept_up_to_what_is_ever_read() -> None:
    content = webp(xmp=b" " * (9 * MEBIBYTE))
    assert told(thin(content))["damaged"] == told(content)["damaged"] == ["XMP"]
    assert len(thin(content)) < 3 * MEBIBYTE


def test_more_chunks_than_any_picture_has_are_not_followed() -> None:
    content = after_header(webp(**SAID), chunk(b"JUNK", 0) * (3 * MAX_CHUNKS))
    assert len(thin(content)) < 8 * MAX_CHUNKS + 100


def test_too_many_frames_are_still_too_many() -> None:
    content = webp(frames=2, side=4)
    at = content.index(b"ANMF")
    end = at + 8 + int.from_bytes(content[at + 4 : at + 8], "little")
    content = riff(content[12:at], content[at:end] * 10_001)
    assert told(thin(content)) == Reason.TOO_MANY_FRAMES


def test_frames_inside_each_other_end() -> None:
    nested = b""
    for _ in range(2_000):
        nested = chunk(b"ANMF", 16 + len(nested), bytes(16) + nested)
    assert told(thin(after_header(webp(**SAID), nested))) == Reason.CORRUPT
