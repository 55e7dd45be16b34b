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
        self._ahead, self._at = self._piece(), 0

    def head(self) -> bytes:
        """Return the first `HEAD` bytes, or all if there are fewer; only before `take`."""
        return self._ahead

    def take(self, count: int, keep: int | None = None) -> bytes:
        """Return the next *count* bytes, fewer at the end, or but the first *keep* of them."""
        kept, wanted = BytesIO(), count if keep is None else min(keep, count)
        while count and self._ahead:
            part = min(count, len(self._ahead) - self._at)
            kept.write(self._ahead[self._at : self._at + min(part, wanted)])
            count, wanted, self._at = count - part, max(0, wanted - part), self._at + part
            if self._at == len(self._ahead):
                self._ahead, self._at = self._piece(), 0
        return kept.getvalue()

    def whole(self) -> bytes:
        """Return all bytes; only once, and not after `take` or `finish`."""
        kept = BytesIO()  # which grows in place, and gives away what it holds without copying
        piece, self._ahead = self._ahead, b""
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
