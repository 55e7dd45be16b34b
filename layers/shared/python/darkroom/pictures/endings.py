"""Tells whether a damaged file ends before it says that it does."""

from collections.abc import Callable

from darkroom.pictures import gif, tiff

PNG_SIGNATURE = 8
BOXES = {b"ftyp", b"meta", b"mdat", b"moov"}
# A number that points further out than this was never an offset: it is damage.
BELIEVED = 8


def is_cut_short(content: bytes, kind: str) -> bool:
    """Tell whether the format's own lengths reach beyond the file; but HEIC's, of damaged ones."""
    reaches_beyond = _ENDINGS.get(kind)
    return reaches_beyond is not None and reaches_beyond(content)


def _png(content: bytes) -> bool:
    at = PNG_SIGNATURE
    while at + 12 <= len(content) and content[at + 4 : at + 8] != b"IEND":
        if not content[at + 4 : at + 8].isalpha():  # damage, so that no length can be believed
            return False
        at += 12 + int.from_bytes(content[at : at + 4], "big")
    return at + 12 > len(content)


def _riff(content: bytes) -> bool:
    return int.from_bytes(content[4:8], "little") + 8 > len(content)


def _boxes(content: bytes) -> bool:
    """Ask for the boxes that make the picture: phones append others, and what is no box at all."""
    at, kind = 0, b""
    while at + 8 <= len(content):
        kind = content[at + 4 : at + 8]
        size = int.from_bytes(content[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16], "big")
        if size < 8:  # 0: to the end of the file
            return False
        at += size
    return at > len(content) and kind in BOXES


def _jpeg(content: bytes) -> bool:
    """A JPEG has no length, but an end: without its mark something is missing."""
    return b"\xff\xd9" not in content


def _tiff(content: bytes) -> bool:
    """Many a TIFF has its directory, or what that points to, at the end."""
    return any(len(content) < end <= BELIEVED * len(content) for end in tiff.ends(content))


_ENDINGS: dict[str, Callable[[bytes], bool]] = {
    "PNG": _png,
    "GIF": gif.ends_early,
    "WEBP": _riff,
    "AVIF": _boxes,
    "HEIF": _boxes,
    "JPEG": _jpeg,
    "TIFF": _tiff,
}
