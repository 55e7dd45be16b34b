"""Describes a picture to an HEVC decoder: the parameter sets of H.265, 7.3.2, and `hvcC`."""

import struct
from dataclasses import dataclass

from local.heic.bits import PPS, SPS, VPS, Bits, unit

# Largest luma pictures of the levels (table A.8), whose numbers are 30 times their names.
LEVELS = {36_864: 30, 122_880: 60, 552_960: 90, 983_040: 93, 2_228_224: 120, 8_912_896: 150}
LARGEST = 180
BLOCK = 16
# What is known of the source, and how the range extensions' profiles are told apart (7.3.3).
PROGRESSIVE, EIGHT_BIT_GREY = 0b1001 << 44, 0b111111001 << 35


@dataclass(frozen=True)
class Coding:
    """What all pictures have in common that share their parameter sets.

    ``width`` and ``height`` are to be shown; what is coded is a multiple of `BLOCK`. ``colour`` has
    the numbers of primaries, transfer and matrix (H.273).
    """

    width: int
    height: int
    qp: int
    chroma: bool
    colour: tuple[int, int, int]

    @property
    def coded(self) -> tuple[int, int]:
        """Return the size in pixels that is coded."""
        return -(-self.width // BLOCK) * BLOCK, -(-self.height // BLOCK) * BLOCK

    @property
    def cropped(self) -> tuple[int, int]:
        """Return the size that a decoder gives back: chroma knows no odd ones."""
        step = 2 if self.chroma else 1
        return -(-self.width // step) * step, -(-self.height // step) * step


def configuration(coding: Coding) -> bytes:
    """Return the content of `hvcC` (ISO/IEC 14496-15, 8.3.3.1)."""
    sets = {VPS: _video(coding), SPS: _sequence(coding), PPS: _picture(coding)}
    profile = _profile(coding)
    head = b"\1" + profile + struct.pack(">H4B", 0xF000, 0xFC, 0xFC | coding.chroma, 0xF8, 0xF8)
    head += struct.pack(">HBB", 0, 0x0F, len(sets))
    for kind, content in sets.items():
        nal = unit(kind, content)
        head += struct.pack(">BHH", 0x80 | kind, 1, len(nal)) + nal
    return head


def _profile(coding: Coding) -> bytes:
    """Return the general part of profile_tier_level(): Main Still Picture, or Monochrome."""
    width, height = coding.coded
    level = next((level for area, level in LEVELS.items() if width * height <= area), LARGEST)
    profile, compatible = (3, 7 << 28) if coding.chroma else (4, 1 << 27)
    limits = PROGRESSIVE if coding.chroma else PROGRESSIVE | EIGHT_BIT_GREY
    return struct.pack(">BIHIB", profile, compatible, limits >> 32, limits & 0xFFFFFFFF, level)


def _video(coding: Coding) -> bytes:
    bits = Bits().fixed((0, 4), (3, 2), (0, 6), (0, 3), (1, 1), (0xFFFF, 16))
    bits.fixed((int.from_bytes(_profile(coding), "big"), 96)).flags(True).golomb(0, 0, 0)
    return bits.fixed((0, 6)).golomb(0).flags(False, False).aligned()


def _sequence(coding: Coding) -> bytes:
    bits = Bits().fixed((0, 4), (0, 3), (1, 1))
    bits.fixed((int.from_bytes(_profile(coding), "big"), 96))
    bits.golomb(0, int(coding.chroma), *coding.coded)
    _window(bits, coding)
    bits.golomb(0, 0, 0).flags(True).golomb(0, 0, 0)  # 8 bits; one picture to remember
    bits.golomb(1, 0, 0, 2, 0, 0)  # blocks of 16, transforms of 4 to 16, none of them split
    # Neither scaling lists, asymmetric partitions, sample adaptive offset nor PCM.
    bits.flags(False, False, False, False).golomb(0).flags(False, False, False)
    _usability(bits, coding)
    return bits.flags(False).aligned()


def _window(bits: Bits, coding: Coding) -> None:
    step = 2 if coding.chroma else 1
    right, bottom = (
        (coded - shown) // step for coded, shown in zip(coding.coded, coding.cropped, strict=True)
    )
    bits.flags(bool(right or bottom))
    if right or bottom:
        bits.golomb(0, right, 0, bottom)


def _usability(bits: Bits, coding: Coding) -> None:
    """Add the VUI: full range, and what the colours mean (E.2.1)."""
    bits.flags(True, False, False, True).fixed((5, 3)).flags(True, True)
    bits.fixed(*((number, 8) for number in coding.colour))
    bits.flags(False, False, False, False, False, False, False)


def _picture(coding: Coding) -> bytes:
    bits = Bits().golomb(0, 0).flags(False, False).fixed((0, 3)).flags(False, False).golomb(0, 0)
    bits.signed(coding.qp - 26).flags(False, False, False).signed(0, 0)
    bits.flags(False, False, False, False, False, False, False)
    bits.flags(True, False, True)  # no deblocking
    return bits.flags(False, False).golomb(0).flags(False, False).aligned()
