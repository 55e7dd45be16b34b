"""A folder that is built once and kept, whole or not at all."""

import tempfile
from collections.abc import Callable
from pathlib import Path


def built_once(home: Path, build: Callable[[Path], None]) -> Path:
    """Return *home*, which *build* fills if it is not there yet.

    A failed or interrupted build leaves nothing behind; two at once do no harm.
    """
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent, prefix=".") as scratch:
            made = Path(scratch, "made")
            build(made)
            try:
                made.rename(home)
            except OSError:
                if not home.exists():
                    raise
    return home
