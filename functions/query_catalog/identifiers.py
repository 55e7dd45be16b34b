"""A picture's id: its key in characters that survive a path."""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from darkroom.items import LONGEST_KEY_BYTES

ID = re.compile("[A-Za-z0-9_-]+")


def id_of(key: str) -> str:
    """Return a key's id: unpadded base64url of its UTF-8."""
    return urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(id_: str) -> str | None:
    """Return the key with this id; ``None`` if S3 can have none, or if another id says the same."""
    if not ID.fullmatch(id_):
        return None
    try:
        key = urlsafe_b64decode(id_ + "=" * (-len(id_) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return key if len(key.encode()) <= LONGEST_KEY_BYTES and id_of(key) == id_ else None
