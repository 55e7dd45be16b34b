"""What kinds of thumbnails there are."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Variant:
    """One kind of thumbnail; ``long_edge`` in pixels, ``quality`` 1 to 100.

    ``fit`` keeps all of the picture and its shape; ``fill`` crops the middle to a square; ``pad``
    fits it and adds *background* up to a square. *background*, ``#rrggbb``, also lies under what
    is transparent where the format cannot keep it.
    """

    name: str
    long_edge: int
    format: Literal["JPEG", "WEBP", "AVIF"]
    quality: int
    fit: Literal["fit", "fill", "pad"] = "fit"
    background: str = "#ffffff"


@dataclass(frozen=True)
class Thumbnail:
    """An encoded picture of ``width`` x ``height`` pixels."""

    variant: Variant
    content: bytes
    width: int
    height: int
