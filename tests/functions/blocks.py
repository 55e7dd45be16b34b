"""Metadata blocks for tests, sound and damaged, and pictures that carry them."""

import struct
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD
from PIL.TiffImagePlugin import IFDRational

from tests.pictures import any_picture

NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "dc": "http://purl.org/dc/elements/1.1/",
        "exif": "http://ns.adobe.com/exif/1.0/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
    }.items()
)


def exif_block(
    main: dict[int, Any] | None = None,
    details: dict[int, Any] | None = None,
    gps: dict[int, Any] | None = None,
) -> bytes:
    """Encode EXIF's three directories."""
    block = Image.Exif()
    block.update(main or {})
    block.get_ifd(IFD.Exif).update(details or {})
    block.get_ifd(IFD.GPSInfo).update(gps or {})
    return block.tobytes()


def raw_exif(*entries: tuple[int, int, int, bytes], offset: int = 8) -> bytes:
    """Encode one directory of (tag, type, count, value or offset) just as they are given."""
    packed = b"".join(struct.pack("<HHI4s", *entry) for entry in entries)
    head = b"Exif\0\0II*\0" + struct.pack("<I", offset)
    return head + struct.pack("<H", len(entries)) + packed + b"\0\0\0\0"


def degrees(*parts: tuple[int, int]) -> tuple[IFDRational, ...]:
    """Return degrees, minutes, seconds as EXIF has them."""
    return tuple(IFDRational(*part) for part in parts)


def segment(marker: int, content: bytes) -> bytes:
    """Return a JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def jpeg_with(*segments: bytes, picture: bytes | None = None) -> bytes:
    """Return a JPEG with *segments* before all others."""
    content = picture or any_picture()
    return content[:2] + b"".join(segments) + content[2:]


def iptc(*datasets: tuple[int, bytes]) -> bytes:
    """Return the datasets of the application record."""
    return b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value for number, value in datasets
    )


def jpeg_with_iptc(block: bytes) -> bytes:
    """Return a JPEG with *block* among Photoshop's resources."""
    resource = (
        b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(block)) + block + b"\0" * (len(block) % 2)
    )
    return jpeg_with(segment(0xED, b"Photoshop 3.0\0" + resource))


def xmp(elements: str = "", attributes: str = "", before: str = "") -> bytes:
    """Return an XMP packet with one description."""
    return (
        f'{before}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {NAMESPACES}>'
        f'<rdf:Description rdf:about="" {attributes}>{elements}</rdf:Description>'
        f"</rdf:RDF></x:xmpmeta>"
    ).encode()


def alternatives(name: str, **languages: str) -> str:
    """Return a property that is told in several languages."""
    items = "".join(
        f'<rdf:li xml:lang="{language.replace("_", "-")}">{text}</rdf:li>'
        for language, text in languages.items()
    )
    return f"<{name}><rdf:Alt>{items}</rdf:Alt></{name}>"


def jpeg_with_xmp(packet: bytes) -> bytes:
    """Return a JPEG with an XMP packet."""
    return jpeg_with(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet))


def icc(description: bytes) -> bytes:
    """Return a profile that holds nothing but a description tag."""
    return bytes(128) + struct.pack(">I4sII", 1, b"desc", 144, len(description)) + description


def icc_name_v2(name: str) -> bytes:
    """Return the description of a profile of version 2."""
    return b"desc" + struct.pack(">II", 0, len(name) + 1) + name.encode() + b"\0"


def icc_name_v4(name: str) -> bytes:
    """Return the description of a profile of version 4, in one language."""
    text = name.encode("utf-16-be")
    return b"mluc" + struct.pack(">III4sII", 0, 1, 12, b"enUS", len(text), 28) + text
