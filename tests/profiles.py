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


# In Lab, as a table of 8 bits has it.
PAPER, BLACK = bytes([255, 128, 128]), bytes([0, 128, 128])
GREEN, MAGENTA = bytes([128, 64, 192]), bytes([128, 192, 64])


def green_inks() -> bytes:
    """Return a CMYK profile: white paper, inks that all print green, and together black."""
    return _tables(b"prtr", b"CMYK", {"A2B0": PAPER + GREEN * 14 + BLACK})


def green_or_magenta_inks() -> bytes:
    """Return one whose inks are green to the eye, and magenta when measured."""
    measured = PAPER + MAGENTA * 14 + BLACK
    return _tables(b"prtr", b"CMYK", {"A2B0": PAPER + GREEN * 14 + BLACK, "A2B1": measured})


def green_or_magenta_screen() -> bytes:
    """Return an RGB profile whose colours are green to the eye, and magenta when measured."""
    return _tables(b"mntr", b"RGB ", {"A2B0": BLACK + GREEN * 7, "A2B1": BLACK + MAGENTA * 7})


def _tables(kind: bytes, space: bytes, corners: Mapping[str, bytes]) -> bytes:
    """Return a profile of tables that know the corners of the space only."""
    channels, identity = len(space.strip()), bytes(range(256))
    start = b"mft1" + bytes(4) + bytes([channels, 3, 2, 0]) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    tags = {
        name: start + identity * channels + colours + identity * 3
        for name, colours in corners.items()
    }
    return _profile(kind, space, b"Lab ", tags | {"wtpt": b"XYZ " + bytes(4) + D50})


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
