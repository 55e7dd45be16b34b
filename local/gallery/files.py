"""The page's files: found below their folder and nowhere else."""

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

NOT_BUILT = b"<!doctype html><title>Darkroom</title><p>Not built: run <code>make gallery</code>."
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class File:
    content: bytes
    kind: str
    status: int = 200
    caching: str = "no-cache"


def find(dist: Path, path: str) -> File:
    """Return the file at a path; addresses within the page are the page's own, hence the page."""
    if not (dist / "index.html").is_file():
        return File(NOT_BUILT, "text/html; charset=utf-8", 503)
    wanted = (dist / unquote(path).lstrip("/").replace("\0", "")).resolve()
    inside = wanted.is_relative_to(dist.resolve())
    if inside and wanted.is_file() and wanted.name != "config.json":
        kind = mimetypes.guess_type(wanted.name)[0] or "application/octet-stream"
        hashed = wanted.parent.name == "assets"
        return File(wanted.read_bytes(), kind, caching=FOREVER if hashed else "no-cache")
    if not inside or wanted.suffix:
        return File(b"Not found.\n", "text/plain; charset=utf-8", 404)
    return File((dist / "index.html").read_bytes(), "text/html; charset=utf-8")
