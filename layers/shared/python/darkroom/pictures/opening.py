"""Opens a picture: reads its header, and refuses what we do not take or cannot afford."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from darkroom.pictures import apng, bmp, boxes, gif, heif, jpeg, png, tiff
from darkroom.pictures.endings import is_cut_short
from darkroom.pictures.formats import format_of
from darkroom.pictures.memory import Header, check, check_canvas
from darkroom.pictures.nclx import profile_of
from darkroom.pictures.parts import check_parts
from darkroom.pictures.tags import orientation
from darkroom.refusals import Reason, Refused

# Named, so that Pillow finds each of them loaded and does not import all its plug-ins in search.
PLUGINS = (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
MAX_FRAMES = 10_000
SIDEWAYS = range(5, 9)
TURNED_BY_DECODER = {"HEIF", "TIFF"}
NAMED_BY_NUMBERS = {"AVIF", "HEIF"}
# A chunk of a PNG may be too short in a file that is whole.
TRUNCATED = re.compile(
    r"truncated(?! \w{4} chunk)|unexpected end|end of (file|data)|premature|\bEOF\b", re.IGNORECASE
)
# What libheif calls a data version is a number that damage has made large.
UNSUPPORTED = re.compile(
    r"unsupported(?!.*data version)|NotImplemented|not configured|unknown pixel mode"
    r"|unknown raw mode|unknown data organization|cannot handle \d+-bit",
    re.IGNORECASE,
)

# Pillow's own limit is one number of pixels for all; ours is what decoding costs.
Image.MAX_IMAGE_PIXELS = None
# Pillow's own 1 MiB is less than some programs write into one chunk. The texts of a file together
# are not counted by what decoding costs, so they must fit the margin that the functions leave.
PngImagePlugin.MAX_TEXT_CHUNK = 16 << 20
PngImagePlugin.MAX_TEXT_MEMORY = 32 << 20
bmp.accept_early_ends()


@dataclass(frozen=True)
class Picture:
    """An opened picture; nothing of its pixels is decoded yet.

    ``width`` and ``height`` are as displayed, ``orientation`` is as the file has it. ``turn`` is
    the orientation that is still to be undone after decoding: 1 where the decoder does it.
    ``content`` is without the frames of an animation that does not hold together, and ``damaged``
    names what was left out like that.
    """

    image: Image.Image = field(repr=False)
    content: bytes = field(repr=False)
    format: str
    width: int
    height: int
    orientation: int
    turn: int
    frames: int
    notes: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()

    @property
    def profile(self) -> bytes:
        """The ICC profile, or what is made of code points that name the colours; empty for sRGB.

        A PNG's code points outweigh its profile (third edition, 4.3); AVIF's and HEIC's do not.
        """
        if self.format == "PNG" and (points := png.colour_code_points(self.content)):
            return profile_of(points, "cICP")
        embedded = self.image.info.get("icc_profile")
        if isinstance(embedded, bytes) and embedded:
            return embedded
        points = boxes.colour_code_points(self.content) if self.format in NAMED_BY_NUMBERS else None
        return profile_of(points, "nclx") if points else b""


def open_picture(content: bytes, max_memory: int, long_edge: int = 1024) -> Picture:
    """Read the header of a picture that is to be shown at *long_edge* or smaller.

    Raises:
        Refused: if it is no picture, of a format that we do not take, damaged in its header, of
            too many frames, or one whose decoding would allocate more than *max_memory* bytes.
    """
    kind = format_of(content)
    check_parts(content, kind)
    if kind == "GIF":
        check_canvas(*gif.canvas(content), max_memory)
    with refusing(content, kind):
        picture = _spared(content, kind)
    if picture.width < 1 or picture.height < 1:
        raise Refused(Reason.CORRUPT, f"{picture.width}x{picture.height} pixels")
    if picture.frames > MAX_FRAMES:
        raise Refused(Reason.TOO_MANY_FRAMES, f"more than {MAX_FRAMES}")
    check(Header.of(picture.image, content, kind), long_edge, max_memory)
    return picture


def _spared(content: bytes, kind: str) -> Picture:
    """Open a picture without what of it is damaged and can be done without."""
    damaged: tuple[str, ...] = ()
    if kind == "PNG":
        content, damaged = _without_damage(content)
    if kind == "HEIF" and (plain := heif.without_odd_names(content)) != content:
        content, damaged = plain, ("HEIF",)
    try:
        image = _opened(content, kind)
    except Exception as error:
        if damaged == ("HEIF",):
            raise SyntaxError("an item of the picture has no readable type") from error
        bare = heif.without_exif(content) if kind == "AVIF" else content
        if bare == content:
            raise
        content, damaged = bare, ("EXIF",)  # for which libavif would refuse the picture
        image = _opened(content, kind)
    return replace(_described(image, content, kind), damaged=damaged)


def _without_damage(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return a PNG without what is damaged in it, and the names of that."""
    names: tuple[str, ...] = ("APNG",) if apng.is_damaged(content) else ()
    content = apng.still(content) if names else content
    damaged = png.damaged_chunks(content)
    names += tuple(dict.fromkeys(png.block_name(kind) for kind, _, _ in damaged))
    return png.without(content, damaged) if damaged else content, names


def _opened(content: bytes, kind: str) -> Image.Image:
    if kind == "HEIF":  # its decoder is imported with the first one: most functions see none
        from pi_heif import register_heif_opener

        # Previews, depth maps and the like are of no use here.
        register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    try:
        image = Image.open(BytesIO(content), formats=(kind,))
    except UnidentifiedImageError:
        Image.OPEN[kind][0](BytesIO(content), "")  # which says what it is that Pillow conceals
        raise
    if kind == "TIFF" and image.mode in ("LA", "La") and tiff.has_planes(content):
        raise SyntaxError("unsupported: grey and alpha in planes of their own")  # Pillow loses one
    return image


def _described(image: Image.Image, content: bytes, kind: str) -> Picture:
    stored = orientation(image)
    turn = 1 if kind in TURNED_BY_DECODER else stored
    width, height = image.size[::-1] if turn in SIDEWAYS else image.size
    frames, notes = _frames(image, content, kind), _notes(image, content, kind)
    return Picture(image, content, kind, width, height, stored, turn, frames, notes)


def _frames(image: Image.Image, content: bytes, kind: str) -> int:
    """Count the frames without decoding; the further views of an MPO are not frames."""
    if kind == "GIF":
        return gif.frames(content, MAX_FRAMES + 1)
    if kind == "TIFF":
        return tiff.frames(content, MAX_FRAMES + 1)
    return 1 if kind == "JPEG" else int(getattr(image, "n_frames", 1))


def _notes(image: Image.Image, content: bytes, kind: str) -> tuple[str, ...]:
    return ("hdr_gain_map",) if kind == "JPEG" and jpeg.has_gain_map(image) else ()


@contextmanager
def refusing(content: bytes, kind: str) -> Iterator[None]:
    """Turn whatever a decoder raises into a refusal: damage raises nearly anything.

    Raises:
        Refused: as OUT_OF_MEMORY, TOO_MANY_PIXELS, TRUNCATED, or else CORRUPT.
    """
    try:
        yield
    except Refused:
        raise
    except MemoryError as error:
        raise Refused(Reason.OUT_OF_MEMORY, repr(error)[:200]) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(Reason.TOO_MANY_PIXELS, repr(error)[:200]) from error
    except UnidentifiedImageError as error:
        raise Refused(_reason("", content, kind), f"the header of a {kind}") from error
    except Exception as error:
        raise Refused(_reason(repr(error), content, kind), repr(error)[:200]) from error


def _reason(error: str, content: bytes, kind: str) -> Reason:
    short = is_cut_short(content, kind)
    if UNSUPPORTED.search(error) and not short:  # a rare kind of a format that we take
        return Reason.UNSUPPORTED_FORMAT
    return Reason.TRUNCATED if short or TRUNCATED.search(error) else Reason.CORRUPT
