"""Tells what a JPEG's header says of how it will be decoded."""

from PIL import Image

START_OF_SCAN, STANDALONE = 0xDA, {0x01, *range(0xD0, 0xD9)}


def is_buffered(content: bytes, image: Image.Image) -> bool:
    """Tell whether a decoder must hold all coefficients: there is more than one scan.

    That is so for every progressive file, and for a sequential one whose first scan leaves a
    component out.
    """
    if "progressive" in image.info or "progression" in image.info:
        return True
    scan = _scan(content)
    components = len(getattr(image, "layer", ()))
    return bool(scan) and content[scan + 4 : scan + 5] < bytes([components])


def _scan(content: bytes) -> int:
    """Return where the first scan's header begins; 0 if there is none."""
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            at += 1
        elif content[at + 1] in STANDALONE or content[at + 1] in (0x00, 0xFF):
            at += 1 if content[at + 1] == 0xFF else 2
        elif content[at + 1] == START_OF_SCAN:
            return at
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return 0


def samples_per_pixel(image: Image.Image) -> float:
    """Return how many coefficients there are for a pixel: 3 at 4:4:4, 1.5 at 4:2:0."""
    layers: list[tuple[int, int]] = [layer[1:3] for layer in getattr(image, "layer", ())]
    most = max((across for across, _ in layers), default=1) * max(
        (down for _, down in layers), default=1
    )
    return sum(across * down for across, down in layers) / max(most, 1)


def has_gain_map(image: Image.Image) -> bool:
    """Tell whether the file carries an HDR gain map (Ultra HDR's XMP, or ISO 21496-1)."""
    markers = (b"hdrgm:Version", b"urn:iso:std:iso:ts:21496:-1")
    return any(
        marker in segment for _, segment in getattr(image, "applist", ()) for marker in markers
    )
