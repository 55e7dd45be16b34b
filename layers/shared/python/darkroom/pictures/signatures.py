"""The first bytes of what people upload and we do not take."""

import base64
import binascii
import codecs
import re
import struct
import zlib
from collections import Counter
from math import log2

# Longer signatures stand before shorter ones that they begin with.
FOREIGN: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "PDF"),
    (0, b"8BPS", "PSD"),
    (0, b"%!PS", "EPS"),
    (0, b"\xc5\xd0\xd3\xc6", "EPS"),
    (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"icns", "ICNS"),
    (0, b"FUJIFILMCCD-RAW", "RAW (RAF)"),
    (0, b"IIRO", "RAW (ORF)"),
    (0, b"IIRS", "RAW (ORF)"),
    (0, b"MMOR", "RAW (ORF)"),
    (0, b"IIU\x00", "RAW (RW2)"),
    (0, b"FOVb", "RAW (X3F)"),
    (6, b"HEAPCCDR", "RAW (CRW)"),
    (0, b"\x00MRM", "RAW (MRW)"),
    (0, b"\x8aMNG", "MNG"),
    (0, b"\x8bJNG", "JNG"),
    (0, b"PK\x03\x04", "ZIP"),
    (0, b"PK\x05\x06", "ZIP"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (0, b"Rar!", "RAR"),
    (0, b"BZh", "BZIP2"),
    (0, b"\xfd7zXZ\x00", "XZ"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard"),
    (257, b"ustar", "TAR"),
    (0, b"\x1aE\xdf\xa3", "Matroska or WebM video"),
    (8, b"AVI ", "AVI video"),
    (8, b"WAVE", "WAVE sound"),
    (8, b"ACON", "ANI"),
    (0, b"\x00\x00\x01\xba", "MPEG video"),
    (0, b"\x00\x00\x01\xb3", "MPEG video"),
    (0, b"FLV\x01", "Flash video"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media"),
    (4, b"moov", "MOV video"),  # from before QuickTime's files named their type
    (4, b"wide", "MOV video"),
    (4, b"mdat", "MOV video"),
    (0, b"OggS", "Ogg"),
    (0, b"ID3", "MP3 sound"),
    (0, b"DDS ", "DDS"),
    (0, b"qoif", "QOI"),
    (0, b"gimp xcf", "XCF"),
    (0, b"\x76\x2f\x31\x01", "OpenEXR"),
    (0, b"#?RADIANCE", "Radiance HDR"),
    (0, b"SIMPLE  =", "FITS"),
    (0, b"\xd7\xcd\xc6\x9a", "WMF"),
    (40, b" EMF", "EMF"),
    (0, b"\x59\xa6\x6a\x95", "Sun raster"),
    (0, b"\x01\xda", "SGI"),
    (0, b"BPG\xfb", "BPG"),
    (0, b"FLIF", "FLIF"),
    (0, b"II\xbc", "JPEG XR"),
    (0, b"AT&TFORM", "DjVu"),
    (0, b"id=ImageMagick", "MIFF"),
    (0, b"SDPX", "DPX"),
    (0, b"XPDS", "DPX"),
    (0, b"\x80\x2a\x5f\xd7", "Cineon"),
    (0, b"Paint Shop Pro Image File", "PSP"),
    (0, b"\xb1\x68\xde\x3a", "DCX"),
    (0, b"\x53\x80\xf6\x34", "Softimage PIC"),
    (0, b"\xffWPC", "WordPerfect"),
    (0, b"\x97JB2\r\n\x1a\n", "JBIG2"),
    (0, b"\xabKTX ", "KTX"),
    (8, b"ILBM", "IFF"),
    (522, b"\x00\x11\x02\xff\x0c\x00", "PICT"),
    (2048, b"PCD_IPI", "Photo CD"),
    (0, b"BLP1", "BLP"),
    (0, b"BLP2", "BLP"),
    (0, b"/* XPM */", "XPM"),
    (128, b"DICM", "DICOM"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office document"),
    (0, b"{\\rtf", "RTF"),
    (0, b"\x7fELF", "program"),
)
PATTERNS = (
    (re.compile(rb"\x1f\x8b"), "GZIP"),
    (re.compile(rb"P[1-7f F][\s#]"), "Netpbm"),
    (re.compile(rb"[\x01\x02]\x00\x09\x00\x00[\x01\x03]"), "WMF"),  # one without a place
    # Both begin as a TGA may, but count at least one picture.
    (re.compile(rb"\x00\x00\x01\x00[^\x00]\x00"), "ICO"),
    (re.compile(rb"\x00\x00\x02\x00[^\x00]\x00"), "CUR"),
    (re.compile(rb"\n[\x00\x02-\x05]\x01[\x01\x02\x04\x08]"), "PCX"),
    (re.compile(rb"\s*(/\*.{0,2000}?\*/\s*)?#define\s+\w+_width\s+\d", re.DOTALL), "XBM"),
)
TARGA_FOOTER, TARGA_HEADER = b"TRUEVISION-XFILE.\0", 18
TARGA_KINDS, TARGA_INDEXED, TARGA_BITS = {1, 2, 3, 9, 10, 11}, {1, 9}, {8, 15, 16, 24, 32}
FIRST_ELEMENT = 4096
MARKUP = (("SVG", re.compile(rb"<svg[\s>:/]")), ("HTML", re.compile(rb"(?i)<(!doctype )?html")))
ENCRYPTED = (b"-----BEGIN PGP", b"age-encryption.org", b"Salted__", b"-----BEGIN AGE")
DATA_URL = re.compile(rb"\s*(?:data:[\w/+.-]*;base64,)?\s*([A-Za-z0-9+/_\-\r\n]{24,})")
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*")
SAMPLE = 1 << 16
ENOUGH_TO_JUDGE = 4096


def foreign(content: bytes) -> str:
    """Return the name of a kind of file that we know and do not take; empty if we know none."""
    for offset, signature, name in FOREIGN:
        if content.startswith(signature, offset):
            return name
    for pattern, name in PATTERNS:
        if pattern.match(content):
            return name
    return _markup(content) or ("TGA" if _is_targa(content) else "")


def _markup(content: bytes) -> str:
    """Return the name of the element that comes first; XML if we know none."""
    start = content[:FIRST_ELEMENT]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = start.decode("utf-16", "ignore").encode()
    start = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if not start.startswith(b"<"):
        return ""
    found = [(match.start(), name) for name, wanted in MARKUP if (match := wanted.search(start))]
    return min(found)[1] if found else "XML"


def _is_targa(content: bytes) -> bool:
    """Tell a TGA, which may have no signature, by its header's sense (Truevision, 1991)."""
    if content.endswith(TARGA_FOOTER):
        return True
    if len(content) < TARGA_HEADER or content[1] > 1 or content[2] not in TARGA_KINDS:
        return False
    width, height, bits, flags = struct.unpack_from("<HHBB", content, 12)
    return width > 0 < height and bits in TARGA_BITS and not flags & 0xC0 and _has_palette(content)


def _has_palette(content: bytes) -> bool:
    """Tell whether a TGA's palette is there if its pixels are indices, and only then."""
    palette = any(content[3:8])
    return bool(content[1]) == palette and (palette or content[2] not in TARGA_INDEXED)


def wrapping(content: bytes) -> str:
    """Return what a picture seems to be hidden in: an encoding or a cipher; empty if nothing."""
    if content.startswith(ENCRYPTED):
        return "encrypted"
    if _is_picture(_unzipped(content)):
        return "GZIP of a picture"
    if _is_picture(_unbase64(content)):
        return "base64 of a picture"
    return "" if foreign(content) or not _looks_random(content) else "encrypted or compressed"


def _is_picture(start: bytes) -> bool:
    return start.startswith(PICTURES) or start[4:8] == b"ftyp"


def _unzipped(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return b""
    try:
        return zlib.decompressobj(wbits=31).decompress(content[:SAMPLE], 16)
    except zlib.error:
        return b""


def _unbase64(content: bytes) -> bytes:
    match = DATA_URL.match(content[:256])
    if not match:
        return b""
    text = re.sub(rb"[\r\n]", b"", match[1])[:24]
    try:
        return base64.b64decode(text, altchars=b"-_" if set(b"-_") & set(text) else None)
    except binascii.Error:
        return b""


def _looks_random(content: bytes) -> bool:
    """Tell whether every byte is about as frequent: 7.9 bits of Shannon's entropy in 8."""
    sample = content[:SAMPLE]
    if len(sample) < ENOUGH_TO_JUDGE:
        return False
    shares = [count / len(sample) for count in Counter(sample).values()]
    return -sum(share * log2(share) for share in shares) > 7.9
