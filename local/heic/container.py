"""Puts coded pictures into a file: HEIF (ISO/IEC 23008-12), as iPhones write it."""

import struct
from dataclasses import dataclass, field

Property = tuple[bytes, bool]  # a box, and whether who does not know it must not show the picture


@dataclass
class Item:
    """Something in the file: ``content`` is the number of its data, which items may share."""

    kind: bytes
    content: int
    properties: list[Property] = field(default_factory=list)
    hidden: bool = False
    references: dict[bytes, list[int]] = field(default_factory=dict)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def full(kind: bytes, content: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags) + content)


def heif(items: list[Item], primary: int, contents: list[bytes]) -> bytes:
    """Return the file; items are numbered from 1."""
    kinds = box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    begin = len(kinds) + len(_meta(items, primary, contents, 0)) + 8
    return kinds + _meta(items, primary, contents, begin) + box(b"mdat", b"".join(contents))


def _meta(items: list[Item], primary: int, contents: list[bytes], begin: int) -> bytes:
    handler = full(b"hdlr", bytes(4) + b"pict" + bytes(13))
    entries = b"".join(
        full(b"infe", struct.pack(">HH4sB", number, 0, item.kind, 0), 2, item.hidden)
        for number, item in enumerate(items, 1)
    )
    children = (
        handler,
        full(b"pitm", struct.pack(">H", primary)),
        full(b"iinf", struct.pack(">H", len(items)) + entries),
        _references(items),
        _properties(items),
        _locations(items, contents, begin),
    )
    return full(b"meta", b"".join(children))


def _references(items: list[Item]) -> bytes:
    boxes = [
        box(kind, struct.pack(f">HH{len(targets)}H", number, len(targets), *targets))
        for number, item in enumerate(items, 1)
        for kind, targets in item.references.items()
    ]
    return full(b"iref", b"".join(boxes)) if boxes else b""


def _properties(items: list[Item]) -> bytes:
    known = list(dict.fromkeys(each for item in items for each, _ in item.properties))
    associations = b""
    having = [(number, item) for number, item in enumerate(items, 1) if item.properties]
    for number, item in having:
        indices = (known.index(each) + 1 | essential << 7 for each, essential in item.properties)
        associations += struct.pack(">HB", number, len(item.properties)) + bytes(indices)
    ipma = full(b"ipma", struct.pack(">I", len(having)) + associations)
    return box(b"iprp", box(b"ipco", b"".join(known)) + ipma)


def _locations(items: list[Item], contents: list[bytes], begin: int) -> bytes:
    starts = [begin + sum(map(len, contents[:index])) for index in range(len(contents))]
    entries = b"".join(
        struct.pack(">HHHII", number, 0, 1, starts[item.content], len(contents[item.content]))
        for number, item in enumerate(items, 1)
    )
    return full(b"iloc", struct.pack(">BBH", 0x44, 0, len(items)) + entries)
