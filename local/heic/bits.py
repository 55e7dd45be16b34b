"""Writes numbers as HEVC's headers have them, and wraps what was written into NAL units."""

import re

VPS, SPS, PPS, IDR = 32, 33, 34, 19


class Bits:
    """Bits in the order in which they were added."""

    def __init__(self) -> None:
        self.written = ""

    def fixed(self, *fields: tuple[int, int]) -> "Bits":
        """Add numbers, each with its count of bits: u(n)."""
        self.written += "".join(f"{value:0{count}b}" for value, count in fields)
        return self

    def flags(self, *values: bool) -> "Bits":
        """Add one bit for each."""
        return self.fixed(*((value, 1) for value in values))

    def golomb(self, *values: int) -> "Bits":
        """Add numbers in Exp-Golomb code: ue(v), 9.2."""
        for value in values:
            self.fixed((value + 1, 2 * (value + 1).bit_length() - 1))
        return self

    def signed(self, *values: int) -> "Bits":
        """Add numbers that may be negative: se(v), 9.2.2."""
        return self.golomb(*(2 * value - 1 if value > 0 else -2 * value for value in values))

    def aligned(self) -> bytes:
        """Return all of it, a one added and zeros up to the next byte."""
        full = self.written + "1"
        full += "0" * (-len(full) % 8)
        return int(full, 2).to_bytes(len(full) // 8, "big")


def unit(kind: int, payload: bytes) -> bytes:
    """Return a NAL unit; a 3 breaks up what looks like the start of the next one (7.4.2)."""
    return bytes([kind << 1, 1]) + re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", payload)
