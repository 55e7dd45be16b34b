"""The arithmetic coder of H.265, 9.3: bits in, fewer bits out."""

# Initial values (tables 9-8 to 9-31, initType 0) of the contexts, and where each kind begins.
INITIAL = (
    *(184, 184, 63, 111, 141, 94, 138, 182, 154),
    *(110, 110, 124, 125, 140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63) * 2,
    *(91, 171, 134, 141),
    *(111, 111, 125, 110, 110, 94, 124, 108, 124, 107, 125, 141, 179, 153, 125, 107, 125, 141),
    *(179, 153, 125, 107, 125, 141, 179, 153, 125, 140, 139, 182, 182, 152, 136, 152, 136, 153),
    *(136, 139, 111, 136, 139, 111),
    *(140, 92, 137, 138, 140, 152, 138, 139, 153, 74, 149, 92),
    *(139, 107, 122, 152, 140, 179, 166, 182, 140, 227, 122, 197),
    *(138, 153, 136, 167, 152, 152),
)
PART_MODE, PREV_INTRA_LUMA, INTRA_CHROMA, CBF_LUMA, CBF_CHROMA = 0, 1, 2, 4, 5
LAST_X, LAST_Y, CODED_SUB_BLOCK, SIGNIFICANT, GREATER1, GREATER2 = 9, 27, 45, 49, 91, 115

# The share of the less probable symbol, for each state and quarter of the range (table 9-46).
LESS = bytes.fromhex(
    "80b0d0f0 80a7c5e3 809ebbd8 7b96b2cd 748ea9c3 6f87a0b9 698098af 647a90a6 5f74899e 5a6e8296"
    "55687b8e 51637587 4d5e6f80 4959697a 45556474 42505f6e 3e4c5a68 3b485663 3845515e 35414d59"
    "333e4955 303b4550 2e38424c 2b353f48 29323b45 27303841 252d363e 232b333b 21293038 20272e35"
    "1e252b32 1d232930 1b21272d 1a1f252b 181e2329 171c2127 161b2025 151a1e23 14181d21 13171b1f"
    "12161a1e 1115191c 1014171b 0f131619 0e121518 0e111417 0d101316 0c0f1215 0c0e1114 0b0e1013"
    "0b0d0f12 0a0c0f11 0a0c0e10 090b0d0f 090b0c0e 080a0c0e 08090b0d 07090b0c 07090a0c 07080a0b"
    "0608090b 0607090a 06070809 02020202"
)
AFTER_LESS = (
    *(0, 0, 1, 2, 2, 4, 4, 5, 6, 7, 8, 9, 9, 11, 11, 12, 13, 13, 15, 15, 16, 16, 18, 18, 19, 19),
    *(21, 21, 22, 22, 23, 24, 24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33, 33),
    *(33, 34, 34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38, 63),
)
# A state and its more probable symbol are one number: twice the one, plus the other.
NEXT_MORE = [2 * min(state + 1, 62) + symbol for state in range(64) for symbol in (0, 1)]
NEXT_LESS = [
    2 * after + (symbol if state else 1 - symbol)
    for state, after in enumerate(AFTER_LESS)
    for symbol in (0, 1)
]
DRAINED = 64


def _initial(value: int, qp: int) -> int:
    """Return where a context begins (9.3.2.2)."""
    slope, offset = 5 * (value >> 4) - 45, ((value & 15) << 3) - 16
    state = min(126, max(1, (slope * qp >> 4) + offset))
    return 2 * (state - 64) + 1 if state > 63 else 2 * (63 - state)


class Cabac:
    """One slice's coder; ``low`` holds what may still change, as wide as it needs to be."""

    def __init__(self, qp: int) -> None:
        self.states = [_initial(value, qp) for value in INITIAL]
        self.low, self.range, self.pending = 0, 510, 0
        self.drained: list[int] = []

    def bit(self, context: int, value: int) -> None:
        """Code a bit whose probability the context has learnt."""
        state = self.states[context]
        less = LESS[(state >> 1) * 4 + (self.range >> 6 & 3)]
        rest = self.range - less
        if value == state & 1:
            self.states[context] = NEXT_MORE[state]
            shift = 0 if rest >= 256 else 1
            self.range = rest << shift
            self.low <<= shift
        else:
            self.states[context] = NEXT_LESS[state]
            shift = 9 - less.bit_length()
            self.range = less << shift
            self.low = (self.low + rest) << shift
        self.pending += shift
        if self.pending >= DRAINED:
            self._drain()

    def bypass(self, value: int, count: int = 1) -> None:
        """Code bits of which nothing is known."""
        self.low = (self.low << count) + self.range * value
        self.pending += count
        if self.pending >= DRAINED:
            self._drain()

    def terminate(self, end: bool) -> None:
        """Tell whether the slice ends here."""
        self.range -= 2
        if end:
            self.low, self.range = self.low + self.range, 2
        shift = 9 - self.range.bit_length()
        self.low, self.range = self.low << shift, self.range << shift
        self.pending += shift

    def _drain(self) -> None:
        """Lay aside the bits on top; a carry may come for them, so they are not bytes yet."""
        kept = 9 + self.pending - DRAINED
        self.drained.append(self.low >> kept)
        self.low &= (1 << kept) - 1
        self.pending -= DRAINED

    def finish(self) -> bytes:
        """Return the slice's data; its last one is what all payloads end with (9.3.4.3.5)."""
        carry = self.low >> (9 + self.pending)
        last = (self.low >> 7 | 1) & ((1 << (self.pending + 2)) - 1)
        size = -(-(self.pending + 2) // 8)
        tail = (last << (8 * size - self.pending - 2)).to_bytes(size, "big")
        pieces = [tail]
        for value in reversed(self.drained):
            value += carry
            carry = value >> DRAINED
            pieces.append((value & ((1 << DRAINED) - 1)).to_bytes(DRAINED // 8, "big"))
        return b"".join(reversed(pieces))
