"""How the tests themselves run: with or without other cores, and in two parts."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
HERE = "tests/guard"


def collected(*options: str) -> str:
    """Return what pytest prints of the tests in a small folder, half of which is exhaustive."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *options, HERE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def names(output: str) -> set[str]:
    return {line for line in output.splitlines() if "::" in line}


def test_the_tests_run_without_xdist() -> None:
    assert names(collected("-p", "no:xdist"))


def test_the_two_parts_are_all_tests_and_say_what_is_left() -> None:
    every = collected()
    first, rest = collected("-m", "not exhaustive"), collected("-m", "exhaustive")
    assert names(first) | names(rest) == names(every)
    assert names(first)
    assert names(rest)
    assert not names(first) & names(rest)
    assert "Left to `make test-all`" in first
    assert "Left to" not in rest + every
