"""Codes a block of levels: residual_coding() of H.265, 7.3.8.11."""

from collections.abc import Sequence
from operator import itemgetter

from local.heic.cabac import (
    CODED_SUB_BLOCK,
    GREATER1,
    GREATER2,
    LAST_X,
    LAST_Y,
    SIGNIFICANT,
    Cabac,
)

# The first position of each group that shares a prefix (table 9-41 and 7.4.9.11).
GROUPS = (0, 1, 2, 3, 4, 6, 8, 12)
GROUP_OF = [max(group for group, start in enumerate(GROUPS) if start <= at) for at in range(16)]


def _diagonal(size: int) -> list[tuple[int, int]]:
    """Return the places of a square, (x, y), each diagonal from below up to the right (6.5.3)."""
    places = [(x, y) for x in range(size) for y in range(size)]
    return sorted(places, key=lambda place: (sum(place), place[0]))


INNER = _diagonal(4)


def _nearness(neighbours: int, x: int, y: int) -> int:
    """Return how likely a place is: by which neighbouring sub-blocks have levels (9.3.4.2.5)."""
    if neighbours == 0:
        return 2 if x + y == 0 else 1 if x + y < 3 else 0
    return 2 if neighbours == 3 else max(0, 2 - (y if neighbours == 1 else x))


class Residual:
    """Codes blocks of one size and kind."""

    def __init__(self, size: int, luma: bool) -> None:
        self.luma, self.outer = luma, _diagonal(size // 4)
        places = ([(4 * X + x) * size + 4 * Y + y for x, y in INNER] for X, Y in self.outer)
        self.pick = [itemgetter(*each) for each in places]
        depth = size.bit_length() - 1
        self.last_offset = 3 * (depth - 2) + (depth - 1 >> 2) if luma else 15
        self.last_shift = depth + 1 >> 2 if luma else depth - 2
        self.longest = 2 * depth - 1
        base = (21 if depth > 3 else 9) if luma else 27 + (12 if depth > 3 else 9)
        self.first = [self._significant(base, neighbours) for neighbours in range(4)]
        self.further = [self._significant(base + 3 * luma, each) for each in range(4)]
        for contexts in self.first:
            contexts[0] = SIGNIFICANT + (0 if luma else 27)

    @staticmethod
    def _significant(base: int, neighbours: int) -> list[int]:
        return [SIGNIFICANT + base + _nearness(neighbours, x, y) for x, y in INNER]

    def code(self, cabac: Cabac, levels: list[int]) -> None:
        """Code the levels, of which one at least is not 0."""
        blocks: list[Sequence[int]] = [pick(levels) for pick in self.pick]
        coded = {place: any(block) for place, block in zip(self.outer, blocks, strict=True)}
        last = max(index for index, place in enumerate(self.outer) if coded[place])
        end = max(index for index, level in enumerate(blocks[last]) if level)
        self._last(cabac, self.outer[last], INNER[end])
        greater = 1
        for index in range(last, -1, -1):
            x, y = place = self.outer[index]
            right, below = coded.get((x + 1, y), False), coded.get((x, y + 1), False)
            if 0 < index < last:
                context = CODED_SUB_BLOCK + (right or below) + (0 if self.luma else 2)
                cabac.bit(context, coded[place])
            if coded[place] or not index:
                contexts = (self.further if index else self.first)[right + 2 * below]
                begin = end if index == last else 16
                self._map(cabac, blocks[index], contexts, begin, bool(0 < index < last))
                greater = self._values(cabac, blocks[index], index, greater)

    def _last(self, cabac: Cabac, outer: tuple[int, int], inner: tuple[int, int]) -> None:
        """Code where the last level stands."""
        x, y = (4 * far + near for far, near in zip(outer, inner, strict=True))
        for context, at in ((LAST_X, x), (LAST_Y, y)):
            group = GROUP_OF[at]
            for bit in range(min(group + 1, self.longest)):
                cabac.bit(context + self.last_offset + (bit >> self.last_shift), bit < group)
        for at in (x, y):
            if GROUP_OF[at] > 3:
                cabac.bypass(at - GROUPS[GROUP_OF[at]], (GROUP_OF[at] >> 1) - 1)

    @staticmethod
    def _map(
        cabac: Cabac, block: Sequence[int], contexts: list[int], begin: int, inferred: bool
    ) -> None:
        """Code which levels are not 0; the first is if all others are though the block is coded."""
        for index in range(begin - 1, 0, -1):
            cabac.bit(contexts[index], block[index] != 0)
        if begin and not (inferred and not any(block[1:])):
            cabac.bit(contexts[0], block[0] != 0)

    def _values(self, cabac: Cabac, block: Sequence[int], index: int, greater: int) -> int:
        """Code the levels that are not 0; return the context that the last one left (9.3.4.2.6)."""
        found = [level for level in reversed(block) if level]
        if not found:
            return greater
        group = (2 if index and self.luma else 0) + (greater == 0)
        sizes = [abs(level) for level in found]
        greater = self._greater(cabac, sizes, group)
        signs = "".join("01"[level < 0] for level in found)
        cabac.bypass(int(signs, 2), len(signs))
        _remaining(cabac, sizes)
        return greater

    def _greater(self, cabac: Cabac, sizes: list[int], group: int) -> int:
        """Code which of the first eight are above 1, and whether the first of them is above 2."""
        greater, chroma = 1, not self.luma
        context = GREATER1 + 4 * group + 16 * chroma
        for size in sizes[:8]:
            cabac.bit(context + greater, size > 1)
            greater = 0 if size > 1 else min(greater + 1, 3) if greater else 0
        above = next((size for size in sizes[:8] if size > 1), 0)
        if above:
            cabac.bit(GREATER2 + group + 4 * chroma, above > 2)
        return greater


def _remaining(cabac: Cabac, sizes: list[int]) -> None:
    """Code what the flags have not told (9.3.3.11)."""
    rice, untold = 0, True
    for index, size in enumerate(sizes):
        told = 1 if index > 7 else 3 if untold else 2
        if index < 8 and size > 1:
            untold = False
        if size >= told:
            _golomb_rice(cabac, size - told, rice)
            if size > 3 << rice:
                rice = min(rice + 1, 4)


def _golomb_rice(cabac: Cabac, value: int, rice: int) -> None:
    prefix = value >> rice
    if prefix < 4:
        cabac.bypass((1 << prefix + 1) - 2, prefix + 1)
        cabac.bypass(value & (1 << rice) - 1, rice)
        return
    value -= 4 << rice
    width = rice + 1
    ones = 4
    while value >= 1 << width:
        value -= 1 << width
        width, ones = width + 1, ones + 1
    cabac.bypass((1 << ones + 1) - 2, ones + 1)
    cabac.bypass(value, width)
