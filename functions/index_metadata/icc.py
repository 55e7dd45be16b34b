"""The name of a colour profile."""

import struct

from functions.index_metadata.text import fit

HEADER = 128
MAX_TAGS = 100


def profile_name(profile: bytes) -> str:
    """Return an ICC profile's description, its first language (ICC.1:2022, 9.2.41 and 10.15).

    Raises:
        ValueError, struct.error: if it is damaged.
    """
    (count,) = struct.unpack_from(">I", profile, HEADER)
    for index in range(min(count, MAX_TAGS)):
        tag, offset, size = struct.unpack_from(">4sII", profile, HEADER + 4 + 12 * index)
        if tag == b"desc":
            return _description(profile[offset : offset + size])
    return ""


def _description(tag: bytes) -> str:
    if tag.startswith(b"mluc"):  # version 4
        length, offset = struct.unpack_from(">II", tag, 20)
        return fit(tag[offset : offset + length].decode("utf-16-be", errors="replace"))
    if tag.startswith(b"desc"):  # version 2
        (length,) = struct.unpack_from(">I", tag, 8)
        return fit(tag[12 : 12 + length])
    raise ValueError("a description of an unknown type")
