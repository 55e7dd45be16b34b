"""Blocks of differences to levels and back: H.265's transform and quantisation, 8.6."""

from collections.abc import Sequence
from operator import add, mul, sub

# 64 sqrt(2) cos(k pi / 32), rounded as the standard did it.
COSINES = (64, 90, 89, 87, 83, 80, 75, 70, 64, 57, 50, 43, 36, 25, 18, 9, 0)
LEVEL_SCALE = (40, 45, 51, 57, 64, 72)
ROUNDING = 0.35  # a third is usual: smaller levels cost fewer bits than they are worth


def _cosine(angle: int) -> int:
    angle %= 64
    if angle > 32:
        angle = 64 - angle
    return COSINES[angle] if angle <= 16 else -COSINES[32 - angle]


def _bases(size: int) -> list[list[int]]:
    step = 16 // size
    rows = ([_cosine((2 * at + 1) * row * step) for at in range(size)] for row in range(1, size))
    return [[64] * size, *rows]


BASES = {size: _bases(size) for size in (8, 16)}
TRANSPOSED = {
    size: [list(row) for row in zip(*bases, strict=True)] for size, bases in BASES.items()
}


class Quantiser:
    """Levels of blocks of one size at one QP; blocks of levels stand column by column."""

    def __init__(self, size: int, qp: int) -> None:
        self.size = size
        self.factor = 16 * LEVEL_SCALE[qp % 6] << qp // 6
        self.shift = size.bit_length() + 2
        self.scale = 64 / (LEVEL_SCALE[qp % 6] << qp // 6) / (4096 * size)

    def levels(self, rows: Sequence[Sequence[int]]) -> list[int]:
        """Return the quantised spectrum of the differences."""
        across = [_spectrum(row, BASES[self.size]) for row in rows]
        columns = [_spectrum(column, BASES[self.size]) for column in zip(*across, strict=True)]
        scale = self.scale
        return [
            int(value * scale + (ROUNDING if value > 0 else -ROUNDING))
            for column in columns
            for value in column
        ]

    def edges(self, levels: list[int]) -> tuple[list[int], list[int]]:
        """Return the last row and the last column of what a decoder makes of the levels."""
        bases = TRANSPOSED[self.size]
        columns = [_upright(column, bases) for column in self._scaled(levels)]
        rows = list(zip(*columns, strict=True))
        last_row = [_rounded(rows[-1], base) for base in bases]
        return last_row, [_rounded(row, bases[-1]) for row in rows]

    def _scaled(self, levels: list[int]) -> list[list[int]]:
        half, size = 1 << (self.shift - 1), self.size
        columns = [levels[at : at + size] for at in range(0, size * size, size)]
        while len(columns) > 1 and not any(columns[-1]):
            columns.pop()
        return [[value * self.factor + half >> self.shift for value in each] for each in columns]


def _upright(column: Sequence[int], bases: list[list[int]]) -> list[int]:
    sums = (sum(map(mul, column, base)) + 64 >> 7 for base in bases)
    return [max(-32768, min(32767, each)) for each in sums]


def _rounded(row: Sequence[int], base: list[int]) -> int:
    total: int = sum(map(mul, row, base))
    return total + 2048 >> 12


def _spectrum(line: Sequence[int], bases: list[list[int]]) -> list[int]:
    """Transform a line; folded, as every base is either even or odd."""
    half = len(line) // 2
    start, end = line[:half], line[: half - 1 : -1]
    folded = list(map(add, start, end)), list(map(sub, start, end))
    return [sum(map(mul, folded[index & 1], base)) for index, base in enumerate(bases)]
