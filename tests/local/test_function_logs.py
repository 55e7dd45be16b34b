"""Contract of local/emulator/repairs/function_logs.py."""

import subprocess
from pathlib import Path

from local.cloud import Cloud

# The thread that reads along is never given a processor: it is not started.
INVOCATION_WITHOUT_READER = """
import os, queue, subprocess, sys
from types import SimpleNamespace
from ministack.core.lambda_runtime import ProvidedWorker
from local.emulator.repairs import function_logs

function_logs.apply()
process = subprocess.Popen(
    [sys.executable, "-c", "for n in range(2_000): print('line', n)\\nprint('cut', end='')"],
    stdout=subprocess.PIPE,
)
process.wait()
worker = ProvidedWorker.__new__(ProvidedWorker)
worker._proc, worker._stderr_queue = process, queue.Queue(maxsize=10_000)
lines = worker._drain_stderr_bounded().splitlines()
print(len(lines), lines[0], lines[-1])
print(worker._drain_stderr_bounded())
ProvidedWorker._pump_output(worker, process.stdout, worker._stderr_queue)
print(worker._drain_stderr_bounded(), process.stdout.closed)
"""


def test_an_invocation_has_all_its_lines_also_when_the_reading_thread_is_late(
    tmp_path: Path,
) -> None:
    cloud = Cloud(tmp_path)
    done = subprocess.run(
        [cloud.python, "-c", INVOCATION_WITHOUT_READER],
        cwd=cloud.root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["2000 line 0 line 1999", "cut", " True"]
