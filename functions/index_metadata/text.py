"""Texts out of other people's files, made fit for a table."""

import re

MAX_TEXT = 200

# Control characters, line and paragraph separators, what turns the direction of the text around
# it, byte order marks, and what is no character at all. Joiners stay: names and emoji need them.
UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]+"
)


def fit(value: object, limit: int = MAX_TEXT) -> str:
    """Return a text of at most *limit* characters on one line; empty for what is no text."""
    if isinstance(value, bytes):
        value = decode(value)
    if not isinstance(value, str):
        return ""
    # What lies beyond can hardly be seen again, and may be megabytes.
    return UNFIT.sub(" ", value[: 4 * limit]).strip()[:limit].rstrip()


def decode(content: bytes) -> str:
    """Read UTF-8, and what is not as Latin-1, which is never wrong and often right."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def exif_text(value: object, limit: int = MAX_TEXT) -> str:
    """Return an EXIF text; Pillow reads them as Latin-1 though most that is not ASCII is UTF-8."""
    if isinstance(value, str):
        try:
            value = value.encode("latin-1")
        except UnicodeEncodeError:  # it came from elsewhere and is right already
            return fit(value, limit)
    return fit(value, limit)
