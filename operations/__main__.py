"""Runs the command line in the project's own environment, whichever Python was called."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
VOCABULARY = ROOT / "layers" / "shared" / "python"  # `darkroom`, which a Lambda finds in its layer


def main() -> int:
    python = ENVIRONMENT / "bin" / "python"
    path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    is_ours = Path(sys.prefix).resolve() == ENVIRONMENT.resolve()
    if is_ours and str(VOCABULARY) in path:
        from operations.command_line import main as run

        return run()
    if not python.exists():
        sys.exit(f"{python} is missing. Run `make setup`, which installs it.")
    found_in = os.pathsep.join(filter(None, [str(VOCABULARY), *path]))
    environment = {**os.environ, "PYTHONPATH": found_in}
    # It replaces this process: nothing comes after.
    command = [str(python), "-m", "operations", *sys.argv[1:]]
    return os.execve(python, command, environment)  # noqa: S606


sys.exit(main())
