"""The page's own tests, of its parts that need no browser."""

import subprocess
from pathlib import Path

GALLERY = Path(__file__).parents[2] / "gallery"


def test_the_pages_own_tests_pass() -> None:
    done = subprocess.run(
        ["npm", "test", "--silent", "--", "--reporter=dot"],
        cwd=GALLERY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
