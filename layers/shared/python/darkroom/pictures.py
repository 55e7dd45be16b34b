"""Opens pictures: only the formats we take, and never one that is too big to decode."""

from io import BytesIO

from PIL import Image, UnidentifiedImageError

from darkroom.refusals import Reason, Refused

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
ORIENTATION = 0x0112

# Pillow's own limit is one number for all; ours comes from the stage's configuration.
Image.MAX_IMAGE_PIXELS = None


def open_picture(content: bytes, max_pixels: int) -> Image.Image:
    """Read the header of a picture; its pixels are not decoded.

    Raises:
        Refused: if it is no picture, of a format not in `FORMATS`, damaged in its header, or of
            more than *max_pixels*.
    """
    picture = _identify(content)
    if picture.width * picture.height > max_pixels:
        pixels = f"{picture.width}x{picture.height}, at most {max_pixels} pixels"
        raise Refused(Reason.TOO_MANY_PIXELS, pixels)
    return picture


def _identify(content: bytes) -> Image.Image:
    try:
        return Image.open(BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError:
        raise _unidentified(content) from None
    except (OSError, ValueError, SyntaxError) as error:
        raise Refused(Reason.CORRUPT, repr(error)[:200]) from error


def _unidentified(content: bytes) -> Refused:
    for name, signature in FOREIGN.items():
        if content.startswith(signature):
            return Refused(Reason.UNSUPPORTED_FORMAT, name)
    return Refused(Reason.NOT_AN_IMAGE)


# First bytes of what people upload though we do not take it yet.
FOREIGN = {
    "BMP": b"BM",
    "TIFF, little-endian": b"II*\x00",
    "TIFF, big-endian": b"MM\x00*",
    "PDF": b"%PDF-",
    "PSD": b"8BPS",
}


def orientation(picture: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 where it is absent, damaged or out of range."""
    value = exif(picture).get(ORIENTATION, 1)
    return value if value in range(1, 9) else 1


def exif(picture: Image.Image) -> Image.Exif:
    """Return the picture's EXIF block; an empty one where it is damaged.

    Pillow decodes a whole PNG in search of a trailing block, so a PNG is asked only if its header
    already told of one.
    """
    if picture.format == "PNG" and "exif" not in picture.info:
        return Image.Exif()
    try:
        return picture.getexif()
    except Exception:  # a damaged block raises nearly anything; it costs the EXIF, not the picture
        return Image.Exif()
