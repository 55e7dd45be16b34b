"""The names that an upload may have: they stay below the owner's prefix whoever reads them."""

import re
from urllib.parse import unquote

from darkroom.items import LONGEST_KEY_BYTES

# Control characters, separators of lines, what turns the direction of text, half characters.
UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
DECODINGS = 3


def fault_of(name: object, owner: str) -> str | None:
    """Return why *name* cannot be kept below *owner*; ``None`` if it can."""
    if not isinstance(name, str) or not name:
        return "must be a text that is not empty"
    if "${" in name:
        return "holds ${, which S3 replaces in the key of a form"
    if UNFIT.search(name):
        return "holds a control character, or one that is no character"
    if len(f"{owner}/{name}".encode()) > LONGEST_KEY_BYTES:
        return f"makes a key of more than {LONGEST_KEY_BYTES} bytes"
    return _fault_of_segments(name)


def _fault_of_segments(name: str) -> str | None:
    """Look at it as those see it who decode it once more than they should."""
    segments = name.count("/")
    for _ in range(DECODINGS):
        if "\\" in name:
            return "holds a backslash"
        if name.startswith("/"):
            return "is absolute"
        if any(segment in ("", ".", "..") for segment in name.split("/")):
            return "has a segment that is empty, . or .."
        name = unquote(name)
        if UNFIT.search(name) or name.count("/") != segments:
            return "means something else when it is decoded"
    return None
