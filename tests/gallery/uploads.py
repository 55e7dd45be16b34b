"""Files to put into the page, one of each kind."""

from io import BytesIO

from playwright.sync_api import FilePayload

from local.samples import samples
from tests.gallery.scenes import scene

LARGE_BYTES = 3 * 2**19


def one_of_each_kind() -> list[FilePayload]:
    """Return the demo's pictures: every format, and the ones that are refused."""
    return [
        file(sample.key.split("/")[-1], sample.content, sample.content_type) for sample in samples()
    ]


def a_picture(name: str, number: int = 5) -> FilePayload:
    encoded = BytesIO()
    scene(number).save(encoded, "JPEG", quality=88)
    return file(name, encoded.getvalue())


def a_large_picture(name: str, number: int = 5) -> FilePayload:
    """Return one that goes up in parts: what follows a JPEG's end does it no harm."""
    return file(name, a_picture(name, number)["buffer"].ljust(LARGE_BYTES, b"\0"))


def file(name: str, content: bytes, type: str = "image/jpeg") -> FilePayload:
    return {"name": name, "mimeType": type, "buffer": content}
