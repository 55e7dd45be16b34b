"""The state of all services in one file, which is replaced as a whole.

Large values (code and layers) lie beside it, each in a file that is named by its SHA-256 and
written once. ministack's own state is a file per service: after a kill, files of two moments
could contradict each other.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack.core import persistence

LARGE_BYTES = 16 * 1024
BLOB = "darkroom_blob"

States = dict[str, Any]


class Unreadable(Exception):
    """A file of the saved state is missing or torn; the message names it."""


class Snapshot:
    """The saved state in *file*."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.blobs = file.parent / "blobs"

    def write(self, states: States, is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Replace the snapshot unless it is no longer wanted; raise OSError if that fails.

        It survives a loss of power from the moment on that this returns.
        """
        names: set[str] = set()

        def encode(value: object) -> object:
            if isinstance(value, bytes) and len(value) >= LARGE_BYTES:
                names.add(name := self._write_blob(value))
                return {BLOB: name}
            return persistence._json_default(value)

        self.blobs.mkdir(parents=True, exist_ok=True)
        content = json.dumps(states, default=encode).encode()
        if is_wanted():
            replace(self.file, content)
            self._delete_blobs_except(names)

    def _write_blob(self, value: bytes) -> str:
        name = hashlib.sha256(value).hexdigest()
        if not (self.blobs / name).exists():
            replace(self.blobs / name, value)
        return name

    def _delete_blobs_except(self, names: set[str]) -> None:
        for file in self.blobs.iterdir():
            if file.name not in names:
                file.unlink()

    def read(self) -> States:
        """Return the saved state by service; raise Unreadable."""
        try:
            states: States = json.loads(self.file.read_bytes(), object_hook=self._decode)
        except FileNotFoundError:
            raise Unreadable(f"{self.file} is missing") from None
        except (OSError, ValueError) as error:
            raise Unreadable(f"{self.file} is damaged ({error})") from error
        return states

    def _decode(self, value: dict[str, Any]) -> Any:
        if BLOB not in value:
            return persistence._json_object_hook(value)
        file = self.blobs / value[BLOB]
        content = file.read_bytes() if file.exists() else None
        if content is None or hashlib.sha256(content).hexdigest() != file.name:
            raise Unreadable(f"{file} is {'missing' if content is None else 'damaged'}")
        return content


def replace(file: Path, content: bytes) -> None:
    """Give *file* new content: all of it, or none."""
    partial = file.with_suffix(".partial")
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)
    except OSError:
        if partial.is_file():  # it holds space on a disk that may be full
            partial.unlink()
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
