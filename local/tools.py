"""The programs that the local cloud needs, each with what to do when it is missing."""

import shutil
from pathlib import Path

from local.errors import ToolMissing


def require_file(path: Path) -> None:
    if not path.exists():
        raise ToolMissing(f"{path} is missing. Run `make setup`, which installs it.")


def require_program(name: str) -> None:
    if shutil.which(name) is None:
        raise ToolMissing(f"`{name}` is not on the PATH. Install it and try again.")
