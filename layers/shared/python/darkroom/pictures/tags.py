"""Reads a picture's EXIF block and the way that it says is up."""

from PIL import Image

ORIENTATION = 0x0112


def orientation(image: Image.Image) -> int:
    """Return the orientation that the file names, 1 to 8; 1 where it is absent or nonsense.

    A HEIF is turned by its decoder, which resets the tag and remembers what it was. A PNG's is in
    ``eXIf`` alone: who reads a text chunk for it stands alone, so that programs leave it untrue.
    """
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    value = image.info.get("original_orientation") or exif(image).get(ORIENTATION, 1)
    return value if isinstance(value, int) and value in range(1, 9) else 1


def exif(image: Image.Image) -> Image.Exif:
    """Return the picture's EXIF block; an empty one where it is damaged.

    Pillow decodes a whole PNG in search of a trailing block, so a PNG is asked only if its header
    already told of one.
    """
    told = {"exif", "Raw profile type exif"} & image.info.keys()
    if image.format == "PNG" and not told:
        return Image.Exif()
    try:
        return image.getexif()
    except Exception:  # a damaged block raises nearly anything; it costs the EXIF, not the picture
        return Image.Exif()
