"""A body that is hashed as it is read, and kept only as far as it is needed."""

from hashlib import sha256
from io import BytesIO

from darkroom.originals import Body

HEAD = 256 * 1024


class HashedBody:
    """Reads a body once, from its beginning to its end."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._digest = sha256()
        self._head = self._piece()

    def head(self) -> bytes:
        """Return the first `HEAD` bytes, or all if there are fewer."""
        return self._head

    def whole(self) -> bytes:
        """Return all bytes; only once, and not after `finish`."""
        kept = BytesIO()  # which grows in place, and gives away what it holds without copying
        piece, self._head = self._head, b""
        while piece:
            kept.write(piece)
            piece = self._piece()
        return kept.getvalue()

    def finish(self) -> str:
        """Read what is left, keep none of it, and return the SHA-256 of everything."""
        while self._piece():
            pass
        return self._digest.hexdigest()

    def _piece(self) -> bytes:
        piece = self._body.read(HEAD)
        self._digest.update(piece)
        return piece
