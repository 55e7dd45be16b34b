"""Tells by its bytes what a file is, and lets through what we take."""

from darkroom.pictures import tiff
from darkroom.pictures.signatures import foreign, wrapping
from darkroom.refusals import Reason, Refused

SIGNATURES = {
    "JPEG": (b"\xff\xd8\xff",),
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "GIF": (b"GIF87a", b"GIF89a"),
    "TIFF": tiff.SIGNATURES,
    "BMP": (b"BM",),
}
AVIF = {b"avif", b"avis"}
HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
OTHER_HEIF = {b"mif1", b"msf1"}
OTHER_BRANDS = {
    b"crx ": "RAW (CR3)",
    b"jp2 ": "JPEG 2000",
    b"jxl ": "JPEG XL",
    b"qt  ": "MOV video",
}
DICOM, CGBI = (b"DICM", 128), (b"CgBI", 12)
JPEG_LS = b"\xff\xd8\xff\xf7"
BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}


def format_of(content: bytes) -> str:
    """Return what the first bytes claim: JPEG, PNG, GIF, WEBP, TIFF, BMP, AVIF or HEIF.

    Raises:
        Refused: if it is anything else, with its name where we know it.
    """
    for kind, signatures in SIGNATURES.items():
        if content.startswith(signatures):
            return _confirmed(kind, content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        return _boxed(content)
    if hidden := wrapping(content):
        raise Refused(Reason.ENCRYPTED_OR_ENCODED, hidden)
    if name := foreign(content):
        raise Refused(Reason.UNSUPPORTED_FORMAT, name)
    raise Refused(Reason.NOT_AN_IMAGE)


def _confirmed(kind: str, content: bytes) -> str:
    """Refuse what only begins like a picture, and kinds of one that no decoder here takes."""
    if kind == "BMP" and int.from_bytes(content[14:18], "little") not in BMP_HEADERS:
        raise Refused(Reason.NOT_AN_IMAGE)
    if name := _strange(kind, content):
        raise Refused(Reason.UNSUPPORTED_FORMAT, name)
    return kind


def _strange(kind: str, content: bytes) -> str:
    if kind == "JPEG":
        return "JPEG-LS" if content.startswith(JPEG_LS) else ""
    if kind == "PNG":
        return "PNG for iOS (CgBI)" if content.startswith(*CGBI) else ""
    return _strange_tiff(content) if kind == "TIFF" else ""


def _strange_tiff(content: bytes) -> str:
    if content.startswith(*DICOM):  # which may put a TIFF's header first
        return "DICOM"
    if camera := tiff.raw_kind(content):
        return f"RAW ({camera})"
    packing = tiff.foreign_packing(content)
    return f"TIFF packed as {packing}" if packing else ""


def _boxed(content: bytes) -> str:
    """Tell the ISO base media files apart by their brands (ISO/IEC 14496-12, 4.3)."""
    end = min(int.from_bytes(content[:4], "big"), 512)
    major, compatible = content[8:12], {content[at : at + 4] for at in range(16, end, 4)}
    brands = {major} | compatible
    if brands & AVIF:
        return "AVIF"
    if brands & HEIF:
        return "HEIF"
    name = (
        OTHER_BRANDS.get(major)
        or (brands & OTHER_HEIF and "HEIF of another kind")
        or f"MP4 video or its like ({major.decode('ascii', 'replace')})"
    )
    raise Refused(Reason.UNSUPPORTED_FORMAT, name)
