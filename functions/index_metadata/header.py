"""What a picture's header says of its pixels."""

import struct
from typing import Any

from PIL import Image
from PIL.TiffImagePlugin import BITSPERSAMPLE

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_FIRST = (PNG_SIGNATURE, b"\xff\xd8\xff", b"BM")
MODE_BITS = {"1": 1, "I": 32, "F": 32}
# Content types that name no format; browsers and command lines send them for want of better.
SILENT = {
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/x-www-form-urlencoded",
}
DECLARED = {
    "image/jpeg": "JPEG",
    "image/jpg": "JPEG",
    "image/pjpeg": "JPEG",
    "image/png": "PNG",
    "image/apng": "PNG",
    "image/x-png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
    "image/bmp": "BMP",
    "image/x-ms-bmp": "BMP",
    "image/x-bmp": "BMP",
    "image/avif": "AVIF",
    "image/heic": "HEIF",
    "image/heif": "HEIF",
    "image/heic-sequence": "HEIF",
    "image/heif-sequence": "HEIF",
}


def comes_first(head: bytes) -> bool:
    """Tell whether the picture's format keeps all that we read ahead of its pixels.

    TIFF may keep its directory anywhere, AVIF and HEIC their items; GIF's frames are counted by
    walking the file, and WebP, which is thinned out instead, has its EXIF at the end.
    """
    return head.startswith(HEADER_FIRST)


def mismatched(declared: str, detected: str) -> bool:
    """Tell whether a content type names another format than the bytes do."""
    name = declared.partition(";")[0].strip().lower()
    return name not in SILENT and DECLARED.get(name, "another") != detected


def bit_depth(image: Image.Image, content: bytes) -> int:
    """Return the bits of a channel, or of an index into the palette, as stored.

    Pillow opens 16-bit colour as 8-bit modes, so that the mode tells it only where nothing else
    does.
    """
    if content.startswith(PNG_SIGNATURE) and content[12:16] == b"IHDR":
        return content[24]
    if image.format == "BMP" and len(content) >= 30:
        return min(8, struct.unpack_from("<H", content, 28)[0]) or 8
    if image.format == "AVIF":
        return _av1_depth(content)
    told = _told_depth(image)
    if isinstance(told, int) and 0 < told <= 64:
        return told
    return 16 if image.mode.startswith("I;16") else MODE_BITS.get(image.mode, 8)


def _told_depth(image: Image.Image) -> Any:
    if hasattr(image, "tag_v2"):
        told = image.tag_v2.get(BITSPERSAMPLE, 1)
        return max(told) if isinstance(told, tuple) and told else told
    return image.info.get("bit_depth")


def _av1_depth(content: bytes) -> int:
    """Read the depth from AV1's configuration box (AV1-ISOBMFF 2.3.3)."""
    found = content.find(b"av1C", 0, 64 * 1024)
    flags = content[found + 6] if 0 <= found < len(content) - 6 else 0
    if not flags & 0x40:
        return 8
    return 12 if flags & 0x20 else 10
