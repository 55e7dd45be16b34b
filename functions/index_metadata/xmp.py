"""XMP's properties (ISO 16684-1), which are XML and so are read with care."""

import codecs
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from functions.index_metadata.text import decode

MAX_BYTES = 1024 * 1024
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAMES = {
    "{http://purl.org/dc/elements/1.1/}title": "title",
    "{http://purl.org/dc/elements/1.1/}description": "description",
    "{http://purl.org/dc/elements/1.1/}rights": "copyright",
    "{http://ns.adobe.com/exif/1.0/}DateTimeOriginal": "DateTimeOriginal",
    "{http://ns.adobe.com/photoshop/1.0/}DateCreated": "DateCreated",
    "{http://ns.adobe.com/xap/1.0/}CreateDate": "CreateDate",
}
UNMARKED = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
BYTE_ORDER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_xmp(block: bytes | str) -> dict[str, str]:
    """Return the properties in `NAMES`; of several languages the default, else the first.

    Raises:
        ValueError, ElementTree.ParseError: if it is damaged, too big, or declares entities.
    """
    if len(block) > MAX_BYTES:
        raise ValueError("more XMP than any picture needs")
    found: dict[str, str] = {}
    for name, value in _properties(_parse(block)):
        if value:
            found.setdefault(name, value)
    return found


def _parse(block: bytes | str) -> Element:
    """Parse a packet that has no document type, without which there are no entities to expand.

    It is looked for in the text, not in the bytes, where an encoding could hide it; and the parser
    gets that same text, so that an encoding declared inside changes nothing.
    """
    text = block if isinstance(block, str) else _text(block)
    text = text.strip("\0\ufeff \t\r\n")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("XMP declares no document type")
    return ElementTree.fromstring(text)  # noqa: S314 - entities were refused above


def _text(block: bytes) -> str:
    if block.startswith(BYTE_ORDER_MARKS):
        return block.decode("utf-16")
    # Some write UTF-16 without its mark; a packet begins with ASCII.
    return block.decode(UNMARKED[block[:2]]) if block[:2] in UNMARKED else decode(block)


def _properties(root: Element) -> Iterator[tuple[str, str]]:
    """Yield what the descriptions say of the picture, be it an attribute or an element.

    Only the first graph's own descriptions speak of the picture; those further down, of which there
    may be many inside each other, are of what it was made from.
    """
    for description in next(root.iter(f"{RDF}RDF"), ()):
        for name in description.attrib.keys() & NAMES.keys():
            yield NAMES[name], description.attrib[name]
        for element in description:
            if element.tag in NAMES:
                yield NAMES[element.tag], _value(element)


def _value(element: Element) -> str:
    items = list(element.iter(f"{RDF}li"))
    default = [item for item in items if item.get(LANG) == "x-default"]
    for item in (default or items)[:1]:
        return item.text or ""
    return (element.text or "").strip()
