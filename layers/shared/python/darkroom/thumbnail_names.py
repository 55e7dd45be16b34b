"""Where a picture's thumbnails lie: their names say whose they are and which attempt made them.

A name is ``<hash of the key>/<fence>-<hash of the version>/<variant>.<extension>``. The fence is
the revision of the facet that the attempt read before its work.
"""

import re
from hashlib import sha256


def folder_of(key: str) -> str:
    """Return the folder of a key's thumbnails.

    Hashed, because a key may be 1,024 bytes long, hold anything, and differ from its neighbour in
    nothing but the extension.
    """
    return f"{_hash(key)}/"


def attempt_folder(key: str, fence: int, version_id: str) -> str:
    """Return the folder of what one attempt makes of one version."""
    return f"{folder_of(key)}{fence}-{_hash(version_id)}/"


def fence_of(name: str) -> int:
    """Return the revision that the attempt which wrote *name* had read."""
    return int(name.split("/")[1].split("-")[0])


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def is_thumbnail(name: str) -> bool:
    """Tell whether *name* is one that an attempt may have written."""
    return bool(re.fullmatch(r"[0-9a-f]{32}/\d+-[0-9a-f]{32}/[^/]+", name))
