"""Makes a colour profile of the code points by which AVIF, HEIC and PNG may name their colours."""

import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache

from darkroom.pictures.curves import CURVES, srgb

Pair = tuple[float, float]
Column = Sequence[float]

D65, DCI, C = (0.3127, 0.3290), (0.314, 0.351), (0.310, 0.316)
P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
NTSC = ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070))
BT_709 = 1
# ITU-T H.273, table 2: red, green, blue and white.
PRIMARIES: dict[int, tuple[str, Sequence[Pair], Pair]] = {
    BT_709: ("BT.709", ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)), D65),
    4: ("BT.470 M", ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08)), C),
    5: ("BT.601 625", ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06)), D65),
    6: ("BT.601 525", NTSC, D65),
    7: ("SMPTE 240M", NTSC, D65),
    9: ("BT.2020", ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)), D65),
    11: ("DCI-P3", P3, DCI),
    12: ("Display P3", P3, D65),
    22: ("EBU 3213", ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077)), D65),
}
# The white of ICC profiles, and Bradford's matrix, by which other whites become it (ICC.1, E).
D50 = (0.9642, 1.0, 0.8249)
BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
STEPS = 4096


def profile_of(points: tuple[int, int], source: str) -> bytes:
    """Return the ICC profile of a primaries' and a transfer's number; empty for sRGB.

    Unknown primaries are taken for sRGB's. It is named like ``Display P3 (nclx)``, by its *source*.

    The curves of video (BT.709, 601 and 2020) are taken as sRGB's, as Chromium does: screens show
    them so. HDR's are rolled off to what a thumbnail can show, see `darkroom.pictures.curves`.
    """
    primaries, transfer = points
    if primaries not in PRIMARIES or (primaries == BT_709 and transfer not in CURVES):
        return b""
    return _profile(primaries, transfer, source)


@lru_cache(maxsize=16)
def _profile(primaries: int, transfer: int, source: str) -> bytes:
    name, corners, white = PRIMARIES[primaries]
    suffix, curve = CURVES.get(transfer, ("", srgb))
    table = [round(65535 * curve(step / (STEPS - 1))) for step in range(STEPS)]
    full_name = " ".join(filter(None, (name, suffix, f"({source})")))
    tags = {b"desc": _text(full_name), b"wtpt": _xyz(D50)}
    for colour, column in zip(b"rgb", _adapted(corners, white), strict=True):
        tags[b"%cXYZ" % colour] = _xyz(column)
        tags[b"%cTRC" % colour] = struct.pack(f">4s4xI{STEPS}H", b"curv", STEPS, *table)
    return _packed(tags)


def _adapted(corners: Sequence[Pair], white: Pair) -> list[Column]:
    """Return what red, green and blue are under D50, so that together they are its white."""
    from_white = [_sum(row, _light(white)) for row in BRADFORD]
    to_d50 = [_sum(row, D50) for row in BRADFORD]
    gains = [to / was for to, was in zip(to_d50, from_white, strict=True)]
    cones = [
        [gain * _sum(row, _light(corner)) for row, gain in zip(BRADFORD, gains, strict=True)]
        for corner in corners
    ]
    adapted = [_solved(BRADFORD, cone) for cone in cones]
    shares = _solved(list(zip(*adapted, strict=True)), D50)
    return [
        [share * part for part in column] for share, column in zip(shares, adapted, strict=True)
    ]


def _light(chromaticity: Pair) -> Column:
    x, y = chromaticity
    return (x / y, 1.0, (1 - x - y) / y)


def _sum(row: Column, column: Column) -> float:
    return sum(one * other for one, other in zip(row, column, strict=True))


def _solved(rows: Sequence[Column], right: Column) -> Column:
    """Solve three equations by Cramer's rule."""
    columns = list(zip(*rows, strict=True))
    whole = _determinant(columns)
    return [
        _determinant([*columns[:at], tuple(right), *columns[at + 1 :]]) / whole for at in range(3)
    ]


def _determinant(columns: Sequence[Column]) -> float:
    (a, b, c), (d, e, f), (g, h, i) = columns
    return a * (e * i - f * h) - d * (b * i - c * h) + g * (b * f - c * e)


def _xyz(values: Column) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *(round(value * 65536) for value in values))


def _text(name: str) -> bytes:
    """Return a name as version 2 has it, without the other encodings that it allows."""
    return struct.pack(f">4s4xI{len(name) + 1}s78x", b"desc", len(name) + 1, name.encode())


def _packed(tags: Mapping[bytes, bytes]) -> bytes:
    """Return an RGB screen's profile of version 2.4 (ICC.1:2001-04)."""
    places, body, start = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        places += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    kind = struct.pack(">I4xI4s4s4s", start + len(body), 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    header = kind.ljust(36, b"\0") + b"acsp" + bytes(28) + _xyz(D50)[8:]
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + places + body
