"""Encodes a picture as one slice of HEVC: blocks of 16, each predicted by its edges' mean."""

from PIL import Image

from local.heic import cabac as contexts
from local.heic.bits import IDR, Bits, unit
from local.heic.cabac import Cabac
from local.heic.headers import Coding
from local.heic.planes import Plane, planes


def slice_unit(picture: Image.Image, coding: Coding) -> bytes:
    """Return the picture, RGB or L, as a NAL unit of its own."""
    header = Bits().flags(True, False).golomb(0, 2).signed(0).aligned()
    return unit(IDR, header + _slice_data(planes(picture, coding), coding.qp))


def _slice_data(parts: list[Plane], qp: int) -> bytes:
    cabac = Cabac(qp)
    luma = parts[0]
    for top in range(0, luma.height, luma.size):
        for left in range(0, luma.width, luma.size):
            _coding_unit(cabac, parts, left // luma.size, top // luma.size)
            end = top + luma.size == luma.height and left + luma.size == luma.width
            cabac.terminate(end)
    return cabac.finish()


def _coding_unit(cabac: Cabac, parts: list[Plane], column: int, row: int) -> None:
    """Code one block: 2Nx2N, predicted by DC, its transform not split (7.3.8.5)."""
    cabac.bit(contexts.PART_MODE, 1)
    cabac.bit(contexts.PREV_INTRA_LUMA, 1)
    cabac.bypass(0b10, 2)  # DC is the second of the modes that are likely: all neighbours have it
    if len(parts) > 1:
        cabac.bit(contexts.INTRA_CHROMA, 0)
    coded = [plane.coded(column, row) for plane in parts]
    for levels in coded[1:]:
        cabac.bit(contexts.CBF_CHROMA, any(levels))
    cabac.bit(contexts.CBF_LUMA, any(coded[0]))
    for plane, levels in zip(parts, coded, strict=True):
        if any(levels):
            plane.residual.code(cabac, levels)
