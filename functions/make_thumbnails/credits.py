"""Who made a picture and who owns it: all that a thumbnail may keep of its metadata."""

from PIL import Image
from PIL.ExifTags import Base

from darkroom.pictures import exif

KEPT = (Base.Artist, Base.Copyright)
MAX_TEXT = 200


def credits_of(image: Image.Image) -> Image.Exif:
    """Return an EXIF block with the picture's artist and copyright, and nothing else."""
    told, kept = exif(image), Image.Exif()
    for tag in KEPT:
        text = told.get(tag)
        if isinstance(text, str) and text.strip("\0 "):
            kept[tag] = text.strip("\0 ")[:MAX_TEXT]
    return kept
