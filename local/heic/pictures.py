"""Pictures in, HEIC out."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from local.heic.container import Item, Property, box, full, heif
from local.heic.headers import Coding, configuration
from local.heic.hevc import slice_unit

# Primaries, transfer and matrix (H.273) of sRGB with the matrix of JPEG, by which we convert.
SRGB = (1, 13, 6)
TILE = 512


@dataclass(frozen=True)
class Look:
    """How the stored pixels are to be shown.

    ``turns`` are quarters anticlockwise; then ``mirror`` flips left to right, or top to bottom if
    it is "vertical". ``nclx`` numbers the primaries, transfer and matrix; None leaves the box out.
    """

    turns: int = 0
    mirror: str = ""
    icc: bytes = b""
    nclx: tuple[int, int, int] | None = SRGB


def encode(
    picture: Image.Image,
    *,
    qp: int = 24,
    look: Look = Look(),
    exif: bytes = b"",
    tile: int = 0,
) -> bytes:
    """Encode an RGB or L picture, in tiles of *tile* pixels if that is not 0.

    *qp* is from 4, best, to 51: 24 gives about 40 dB; 6 more halve the precision.
    """
    if tile:
        tiles = list(_tiles(picture, tile))
        return mosaic(tiles, picture.size, tile, qp=qp, look=look, exif=exif)
    coding = Coding(*picture.size, qp, picture.mode != "L", _colour(look))
    item = Item(b"hvc1", 0, [*_coded(coding), *_shown(coding, look)])
    return _file([item], [_content(picture, coding)], exif)


def mosaic(
    tiles: Sequence[Image.Image],
    size: tuple[int, int],
    side: int = TILE,
    *,
    qp: int = 24,
    look: Look = Look(),
    exif: bytes = b"",
) -> bytes:
    """Lay tiles of *side* pixels in rows as an iPhone does; few are repeated to cover *size*."""
    columns, rows = _grid(size, side)
    coding = Coding(side, side, qp, tiles[0].mode != "L", _colour(look))
    layout = struct.pack(">4BHH", 0, 0, rows - 1, columns - 1, *size)
    contents = [layout, *(_content(tile, coding) for tile in tiles)]
    hidden = [
        Item(b"hvc1", 1 + index % len(tiles), _coded(coding), hidden=True)
        for index in range(columns * rows)
    ]
    whole = Coding(*size, qp, coding.chroma, coding.colour)
    grid = Item(b"grid", 0, _shown(whole, look, cropped=False))
    grid.references[b"dimg"] = list(range(1, len(hidden) + 1))
    return _file([*hidden, grid], contents, exif)


def _file(items: list[Item], contents: list[bytes], exif: bytes) -> bytes:
    primary = len(items)
    if exif:
        items.append(Item(b"Exif", len(contents), hidden=True, references={b"cdsc": [primary]}))
        header = 6 if exif.startswith(b"Exif\0\0") else 0
        contents.append(struct.pack(">I", header) + exif)
    return heif(items, primary, contents)


def _content(picture: Image.Image, coding: Coding) -> bytes:
    unit = slice_unit(picture, coding)
    return struct.pack(">I", len(unit)) + unit


def _tiles(picture: Image.Image, side: int) -> Iterator[Image.Image]:
    columns, rows = _grid(picture.size, side)
    for x, y in ((column * side, row * side) for row in range(rows) for column in range(columns)):
        yield picture.crop((x, y, min(x + side, picture.width), min(y + side, picture.height)))


def _grid(size: tuple[int, int], side: int) -> tuple[int, int]:
    return -(-size[0] // side), -(-size[1] // side)


def _colour(look: Look) -> tuple[int, int, int]:
    return look.nclx or SRGB


def _coded(coding: Coding) -> list[Property]:
    """Return what the decoder must know."""
    size = full(b"ispe", struct.pack(">II", *coding.cropped))
    return [(box(b"hvcC", configuration(coding)), True), (size, False)]


def _shown(coding: Coding, look: Look, cropped: bool = True) -> list[Property]:
    """Return what tells how to show it; the order of cropping and turning counts."""
    size = (coding.width, coding.height)
    channels = 3 if coding.chroma else 1
    made = [(full(b"pixi", bytes([channels, *[8] * channels])), False)]
    if not cropped:
        made.append((full(b"ispe", struct.pack(">II", *size)), False))
    if look.nclx:
        made.append((box(b"colr", b"nclx" + struct.pack(">3HB", *look.nclx, 0x80)), False))
    if look.icc:
        made.append((box(b"colr", b"prof" + look.icc), False))
    if cropped and coding.cropped != size:
        made.append((_clean_aperture(size, coding.cropped), True))
    if look.turns % 4:
        made.append((box(b"irot", bytes([look.turns % 4])), True))
    if look.mirror:
        made.append((box(b"imir", bytes([look.mirror != "vertical"])), True))
    return made


def _clean_aperture(size: tuple[int, int], decoded: tuple[int, int]) -> bytes:
    """Crop to *size* at the upper left (ISO/IEC 14496-12, 12.1.4): offsets are the middles'."""
    right, down = (shown - made for shown, made in zip(size, decoded, strict=True))
    return box(b"clap", struct.pack(">IIIIiIiI", size[0], 1, size[1], 1, right, 2, down, 2))
