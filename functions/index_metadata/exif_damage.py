"""Finds in an EXIF block the damage that Pillow passes over in silence."""

from PIL.ExifTags import IFD

from darkroom.pictures import tiff

PREFIX = b"Exif\0\0"
DIRECTORIES = (IFD.Exif, IFD.GPSInfo)
# Whoever moves a maker's note breaks it, and we never read one.
IGNORED = {IFD.MakerNote}


def check_exif(block: bytes) -> None:
    """Follow the directories that we read, and where their values are said to stand.

    Raises:
        ValueError: if it is no EXIF, or something would stand beyond its end.
    """
    block = block.removeprefix(PREFIX)
    if not block.strip(b"\0"):  # some write it empty
        return
    if not block.startswith(tiff.SIGNATURES):
        raise ValueError("no TIFF header")
    main = tiff.first(block)
    tags = next(tiff.directories(block), {})
    for at in (main, *(tags[name] for name in DIRECTORIES if name in tags)):
        if tiff.reach(block, at, IGNORED) > len(block):
            raise ValueError("it ends too early")
