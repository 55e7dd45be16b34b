"""Runs the property tests on and on, with other examples each time: ``python -m tests.fuzz``."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

EXAMPLES = "500"
PROPERTIES = sorted(str(file) for file in Path(__file__).parent.rglob("test_fuzz_*.py"))


def fuzz(seconds: float) -> int:
    """Run every ``test_fuzz_*.py`` in rounds for about *seconds*; return pytest's exit code.

    The first round that fails is the last; it shows the example made as small as can be.
    """
    command = [sys.executable, "-m", "pytest", "--quiet", *PROPERTIES]
    code, end = 0, time.monotonic() + seconds
    while not code and time.monotonic() < end:
        code = subprocess.call(command, env=os.environ | {"FUZZ_EXAMPLES": EXAMPLES})
    return code


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    sys.exit(fuzz(parser.parse_args().seconds))
