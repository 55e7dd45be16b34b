"""The tests that the pipeline runs against the sandbox, here against the local cloud."""

import os
import subprocess
import sys
from pathlib import Path

from stacks.delivery_stack import TESTED
from tests.flow.conftest import App

ROOT = Path(__file__).resolve().parents[2]


def test_the_end_to_end_tests_pass_under_their_own_role(app: App) -> None:
    told = {
        variable: app.outputs[name]
        for outputs in TESTED.values()
        for variable, name in outputs.items()
    }
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}

    done = subprocess.run(
        # What `make verify` runs; it would install what is installed already.
        [sys.executable, "-m", "pytest", "tests/end_to_end", "-p", "no:cacheprovider"],
        cwd=ROOT,
        env={**ours, **app.cloud.environment(), **told},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout
    assert "10 passed" in done.stdout
