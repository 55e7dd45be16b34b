"""Where the next page begins: a position and nothing else, so that it is safe to accept back.

Whose pictures are read is never taken from a cursor, but from the caller's rights: who forges one
begins elsewhere among his own.
"""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256

LONGEST = 6000
LONGEST_TEXT_BYTES = 1024


class WrongCursor(ValueError):
    """The text is no cursor of this question."""


def encode(question: str, position: Sequence[str]) -> str:
    """Return a cursor of *question* that stands at *position*."""
    text = json.dumps([_mark(question), *position], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, question: str, size: int) -> list[str]:
    """Return the position, of *size* texts, that a cursor of *question* stands at.

    Raises:
        WrongCursor: if it is none, or of another question.
    """
    try:
        found = _read(cursor)
    except (ValueError, RecursionError, binascii.Error) as error:
        raise WrongCursor("is no cursor") from error
    mark, *position = found
    if mark != _mark(question) or len(position) != size:
        raise WrongCursor("belongs to another question: leave it out to begin anew")
    return position


def _read(cursor: str) -> list[str]:
    if len(cursor) > LONGEST or not cursor.isascii():
        raise ValueError("too long")
    found = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    if not isinstance(found, list) or not found or not all(map(_is_position, found)):
        raise ValueError("no texts")
    return found


def _is_position(value: object) -> bool:
    # A key of an index takes no empty text and 1,024 bytes.
    return isinstance(value, str) and 0 < len(value.encode()) <= LONGEST_TEXT_BYTES


def _mark(question: str) -> str:
    return sha256(question.encode()).hexdigest()[:16]
