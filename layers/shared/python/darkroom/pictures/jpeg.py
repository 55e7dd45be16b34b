"""Tells what a JPEG's header says of how it will be decoded."""

import re
from collections.abc import Iterator
from itertools import islice, repeat, takewhile

from PIL import Image

from darkroom.refusals import Reason, Refused

START_OF_IMAGE, END_OF_IMAGE, START_OF_SCAN, TEMPORARY = 0xD8, 0xD9, 0xDA, 0x01
# But for restarts, which stand among the pixels.
MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
# Each scan goes over the whole picture, whatever few bytes it has. Programs write 10, optimizers
# a few dozen. Chromium and Android take less than 100 (Skia, SkJpegDecoderMgr.cpp), NVIDIA's DALI
# 256 (DALI_MAX_JPEG_SCANS), Firefox less than 1,000 (nsJPEGDecoder.cpp).
MAX_SCANS = 100
MAX_SEGMENTS = 10_000


def is_buffered(content: bytes, image: Image.Image) -> bool:
    """Tell whether a decoder must hold all coefficients: there is more than one scan.

    That is so for every progressive file, and for a sequential one whose first scan leaves a
    component out.
    """
    if "progressive" in image.info or "progression" in image.info:
        return True
    scan = next((at for kind, at, _ in _segments(content) if kind == START_OF_SCAN), 0)
    components = len(getattr(image, "layer", ()))
    return bool(scan) and content[scan + 4 : scan + 5] < bytes([components])


def check_scans(content: bytes) -> None:
    """Refuse more scans than any picture needs, which would take minutes (TOO_MANY_FRAMES)."""
    segments = list(islice(_segments(content), MAX_SEGMENTS + 1))
    scans = sum(kind == START_OF_SCAN for kind, _, _ in segments)
    if scans > MAX_SCANS:
        raise Refused(Reason.TOO_MANY_FRAMES, f"{scans} scans, at most {MAX_SCANS}")
    if len(segments) > MAX_SEGMENTS:
        raise Refused(Reason.TOO_MANY_FRAMES, f"more than {MAX_SEGMENTS} segments")


def header_parts(content: bytes) -> Iterator[None]:
    """Yield once for each segment ahead of the first scan, and for each stray byte."""
    header = takewhile(lambda segment: segment[0] != START_OF_SCAN, _segments(content))
    for _, _, stray in header:
        yield from repeat(None, 1 + stray)


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield each segment's kind, its place, and how many bytes are between it and the last one."""
    end = 2
    while marker := MARKER.search(content, end):
        kind, at = content[marker.start() + 1], marker.start()
        yield kind, at, at - end
        if kind == END_OF_IMAGE:
            return
        end = at + 2
        if kind not in (START_OF_IMAGE, TEMPORARY):
            end += int.from_bytes(content[end : end + 2], "big")


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
