"""Where the next page begins: a position and nothing else, so that it is safe to accept back.

Whose pictures are read is never taken from a cursor, but from the caller's rights: who forges one
begins elsewhere among his own.
"""

from collections.abc import Sequence
from hashlib import sha256

from functions.query_catalog.identifiers import id_of, key_of


class WrongCursor(ValueError):
    """The text is no cursor of this question."""


def encode(question: str, position: Sequence[str]) -> str:
    """Return a cursor of *question* that stands at *position*; each text is written as an id is."""
    return ".".join((_mark(question, position), *map(id_of, position)))


def decode(cursor: str, question: str, size: int) -> list[str]:
    """Return the position, of *size* texts, that a cursor of *question* stands at.

    Raises:
        WrongCursor: if it is none, or of another question.
    """
    mark, *ids = cursor.split(".")
    # A key of an index takes what an id can name: no empty text, and at most 1,024 bytes.
    position = [text for text in map(key_of, ids) if text]
    if not ids or len(position) < len(ids):
        raise WrongCursor("is no cursor")
    if mark != _mark(question, position) or len(position) != size:
        raise WrongCursor("belongs to another question, or was changed: leave it out to begin anew")
    return position


def _mark(question: str, position: Sequence[str]) -> str:
    """Return what a cursor that was changed by chance does not bear; it keeps no secret."""
    return sha256("\n".join((question, *position)).encode()).hexdigest()[:16]
