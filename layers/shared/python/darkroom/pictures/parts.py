"""Refuses a file of so many parts that it takes seconds to go from one to the next."""

from collections.abc import Callable, Iterable
from itertools import islice

from darkroom.pictures import gif, jpeg, png, tiff
from darkroom.refusals import Reason, Refused

# An animation of as many frames as are taken has some 30,000; so has a large TIFF with a strip for
# each row. Pillow takes 2 to 6 s for a million. libpng keeps only 1,000 chunks besides the pixels
# (PNG_USER_CHUNK_CACHE_MAX).
MAX_PARTS = 100_000
# A GIF's pixels are in parts of at most 255 bytes.
SMALL_BYTES = 64

Parts = Callable[[bytes], Iterable[object]]

_PARTS: dict[str, tuple[str, Parts]] = {
    "JPEG": ("segments", jpeg.header_parts),
    "PNG": ("chunks", png.chunks),
    "GIF": ("blocks", gif.parts),
    "TIFF": ("strips or tiles", tiff.pieces),
}


def check_parts(content: bytes, kind: str) -> None:
    """Refuse a file of more parts than any picture needs (TOO_MANY_FRAMES)."""
    name, parts = _PARTS.get(kind, ("", lambda _: ()))
    most = MAX_PARTS + (len(content) // SMALL_BYTES if kind == "GIF" else 0)
    if sum(1 for _ in islice(parts(content), most + 1)) > most:
        raise Refused(Reason.TOO_MANY_FRAMES, f"more than {most} {name}")
