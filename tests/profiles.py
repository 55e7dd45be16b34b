"""Colour profiles for tests, written by hand after ICC.1:2001-04."""

import struct
from collections.abc import Mapping

D50 = bytes.fromhex("0000f6d6000100000000d32d")
# Display P3's primaries, adapted to D50.
P3 = {
    "rXYZ": (0.5151, 0.2412, -0.0011),
    "gXYZ": (0.292, 0.6922, 0.0419),
    "bXYZ": (0.1571, 0.0666, 0.7841),
}


def display_p3(gamma: float = 2.2) -> bytes:
    """Return a profile like Display P3, but with a plain gamma."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    tags = {name: b"XYZ " + bytes(4) + _fixed(*colour) for name, colour in P3.items()}
    tags |= {"rTRC": curve, "gTRC": curve, "bTRC": curve, "wtpt": b"XYZ " + bytes(4) + D50}
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def green_inks() -> bytes:
    """Return a CMYK profile: white paper, inks that all print green, and together black."""
    paper, green, black = bytes([255, 128, 128]), bytes([128, 64, 192]), bytes([0, 128, 128])
    identity = bytes(range(256))
    matrix = _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + identity * 4
    table += paper + green * 14 + black + identity * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {"A2B0": table, "wtpt": b"XYZ " + bytes(4) + D50})


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _profile(kind: bytes, space: bytes, pcs: bytes, tags: Mapping[str, bytes]) -> bytes:
    directory, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        directory += name.encode() + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4sI4s4s4s", start + len(body), bytes(4), 0x02400000, kind, space, pcs)
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + D50
    return header.ljust(128, b"\0") + directory + body
