"""The transfer curves of ITU-T H.273, and what is left of HDR on a screen that has none.

White is at 203 cd/m2 (ITU-R BT.2408), and what is brighter, up to 1000, is rolled off by the curve
of ITU-R BT.2390, each channel by itself.
"""

from collections.abc import Callable
from math import exp

Curve = Callable[[float], float]

WHITE, PEAK = 203, 1000
# SMPTE ST 2084.
M1, M2, C1, C2, C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
# ITU-R BT.2100, table 5.
A, B, C = 0.17883277, 0.28466892, 0.55991073


def srgb(value: float) -> float:
    """Return light, as all of these do, of a value from 0 to 1."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _gamma(exponent: float) -> Curve:
    return lambda value: float(value**exponent)


def _pq(value: float) -> float:
    """Return cd/m2."""
    root = value ** (1 / M2)
    return float(10_000 * (max(root - C1, 0) / (C2 - C3 * root)) ** (1 / M1))


def _pq_value(luminance: float) -> float:
    power = (luminance / 10_000) ** M1
    return float(((C1 + C2 * power) / (1 + C3 * power)) ** M2)


def _hlg(value: float) -> float:
    """Return cd/m2 on a screen of 1000, whose gamma is 1.2."""
    scene = value**2 / 3 if value <= 0.5 else (exp((value - C) / A) + B) / 12
    return float(PEAK * scene**1.2)


def _rolled_off(luminance: float) -> float:
    """Return the part of white that cd/m2 become (BT.2390-10, 5.4.1; black stays)."""
    peak = _pq_value(PEAK)
    value, most = min(1.0, _pq_value(luminance) / peak), _pq_value(WHITE) / peak
    knee = 1.5 * most - 0.5
    if value > knee:
        t = (value - knee) / (1 - knee)
        value = (2 * t**3 - 3 * t**2 + 1) * knee + (3 * t**2 - 2 * t**3) * most
        value += (t**3 - 2 * t**2 + t) * (1 - knee)
    return min(1.0, _pq(value * peak) / WHITE)


# What is not here is taken as sRGB's.
CURVES: dict[int, tuple[str, Curve]] = {
    4: ("gamma 2.2", _gamma(2.2)),
    5: ("gamma 2.8", _gamma(2.8)),
    8: ("linear", _gamma(1)),
    16: ("PQ", lambda value: _rolled_off(_pq(value))),
    18: ("HLG", lambda value: _rolled_off(_hlg(value))),
}
