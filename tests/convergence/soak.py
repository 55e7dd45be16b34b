"""Runs schedules with our packages on the path: ``python -m tests.convergence.soak --help``."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

if __name__ == "__main__":
    path = os.pathsep.join([str(ROOT), str(ROOT / "layers/shared/python")])
    command = [sys.executable, "-m", "tests.convergence.soaking", *sys.argv[1:]]
    sys.exit(subprocess.call(command, env=os.environ | {"PYTHONPATH": path}))
