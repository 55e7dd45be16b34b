"""How much of an object is read and kept for its metadata, and what the facet says in the end."""

import tracemalloc
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from darkroom.catalog import Fence
from darkroom.originals import Original
from darkroom.refusals import Reason, Refused
from darkroom.settings import SettingsError, from_environment
from functions.index_metadata import handler
from functions.index_metadata.hashed_body import HEAD
from functions.index_metadata.settings import Settings
from tests.functions.blocks import exif_block, jpeg_with, segment, xmp
from tests.functions.conftest import World
from tests.pictures import any_picture

MEBIBYTE = 1024 * 1024
FENCE = Fence("owner/a.jpg", "METADATA", 0)


class Endless:
    """A body that begins as given and goes on with zeros, which take no memory until read."""

    def __init__(self, begin: bytes, size: int) -> None:
        self.begin, self.left = begin, size

    def read(self, amt: int | None = None, /) -> bytes:
        """Return the next bytes, all that are left if *amt* is not given."""
        amt = self.left if amt is None else min(amt, self.left)
        piece, self.begin = self.begin[:amt], self.begin[amt:]
        self.left -= amt
        return piece.ljust(amt, b"\0")

    def close(self) -> None: ...


@pytest.fixture
def needs(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Make the handler's settings these."""
    made = Settings("originals", "catalog", 100 * MEBIBYTE, 1 << 30, 45, 60)
    monkeypatch.setattr(handler, "settings", lambda: made)
    return made


def original(begin: bytes, size: int = 0, content_type: str = "image/jpeg") -> Original:
    """Return an object of *size* bytes."""
    size = size or len(begin)
    moment = datetime(2026, 2, 3, tzinfo=UTC)
    return Original("owner/a.jpg", "v1", size, content_type, moment, Endless(begin, size))


def read_lengths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the lengths of what will be handed to the reader."""
    lengths: list[int] = []
    read = handler.read

    def noting(content: bytes, declared: str) -> dict[str, Any]:
        lengths.append(len(content))
        return read(content, declared)

    monkeypatch.setattr(handler, "read", noting)
    return lengths


@pytest.mark.usefixtures("needs")
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_64_mib_are_hashed_but_not_held(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content, size = any_picture(format=format), 64 * MEBIBYTE
    lengths = read_lengths(monkeypatch)
    expected = sha256(content + bytes(size - len(content))).hexdigest()

    tracemalloc.start()
    found = handler.describe(original(content, size), FENCE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (found["width"], found["sha256"]) == (40, expected)
    assert lengths == [HEAD]
    assert peak < 4 * MEBIBYTE


@pytest.mark.usefixtures("needs")
def test_a_header_that_lies_further_in_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    previews = [segment(0xE2, bytes(65_000))] * 5
    content = jpeg_with(*previews)
    lengths = read_lengths(monkeypatch)

    found = handler.describe(original(content), FENCE)

    assert found["width"] == 40
    assert found["sha256"] == sha256(content).hexdigest()
    assert lengths == [HEAD, len(content)]


@pytest.mark.usefixtures("needs")
@pytest.mark.parametrize("filling", [HEAD - 1_000, HEAD, 2 * HEAD])
def test_a_png_whose_texts_reach_beyond_the_head_loses_none(filling: int) -> None:
    chunks = PngInfo()
    chunks.add_text("Comment", "x" * filling)
    chunks.add_itxt("XML:com.adobe.xmp", xmp("<dc:title>River</dc:title>").decode())
    content = any_picture(format="PNG", pnginfo=chunks) + bytes(HEAD)

    assert handler.describe(original(content), FENCE)["title"] == "River"


@pytest.mark.usefixtures("needs")
def test_a_webp_tells_its_exif_though_it_comes_last() -> None:
    encoded = BytesIO()
    noise = Image.effect_noise((700, 700), 100)
    noise.save(encoded, "WEBP", lossless=True, exif=exif_block({0x010F: "Fujifilm"}))
    content = encoded.getvalue()

    assert content.index(b"EXIF") > HEAD
    assert handler.describe(original(content), FENCE)["camera_make"] == "Fujifilm"


@pytest.mark.usefixtures("needs")
@pytest.mark.parametrize("size", [40, HEAD - 1, HEAD, HEAD + 1, 3 * HEAD])
@pytest.mark.parametrize("begin", [b"no picture", b"\xff\xd8\xff and no picture either"])
def test_a_refused_object_has_its_hash_whatever_its_size(begin: bytes, size: int) -> None:
    with pytest.raises(Refused) as refusal:
        handler.describe(original(begin, size), FENCE)

    assert refusal.value.known["sha256"] == sha256(begin.ljust(size, b"\0")).hexdigest()


@pytest.mark.usefixtures("needs")
def test_nothing_is_read_of_what_is_too_large_or_empty() -> None:
    for size, reason in ((101 * MEBIBYTE, Reason.TOO_LARGE_BYTES), (0, Reason.EMPTY)):
        found = original(b"", size)
        with pytest.raises(Refused) as refusal:
            handler.describe(found, FENCE)
        assert refusal.value.reason == reason
        assert isinstance(found.body, Endless)
        assert found.body.left == size


def test_the_facet_tells_what_the_upload_claimed_and_what_it_is(world: World) -> None:
    content = any_picture(format="PNG")
    world.put("anna/a.jpg", content, content_type="image/jpeg")

    handler.index_metadata("anna/a.jpg")

    facet = world.facet("anna/a.jpg", "METADATA")
    assert facet["content_type_mismatch"] is True
    assert (facet["content_type"], facet["format"]) == ("image/jpeg", "PNG")
    assert facet["sha256"] == sha256(content).hexdigest()


def test_gps_is_off_unless_the_environment_says_otherwise(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert from_environment(Settings).gps == "off"
    monkeypatch.setenv("GPS", "coarse")
    assert from_environment(Settings).gps == "coarse"
    monkeypatch.setenv("GPS", "exact")
    with pytest.raises(SettingsError, match="'exact' is none of off, coarse, full"):
        from_environment(Settings)
