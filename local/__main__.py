"""Runs the command line in the project's own environment, whichever Python was called."""

import os
import sys
from pathlib import Path

ENVIRONMENT = Path(__file__).resolve().parent.parent / ".venv"


def main() -> int:
    python = ENVIRONMENT / "bin" / "python"
    if Path(sys.prefix).resolve() == ENVIRONMENT.resolve():
        from local.command_line import main as run

        return run()
    if not python.exists():
        sys.exit(f"{python} is missing. Run `make setup`, which installs it.")
    # It replaces this process: nothing comes after.
    return os.execv(python, [str(python), "-m", "local", *sys.argv[1:]])  # noqa: S606


sys.exit(main())
