"""Runs one contestant on one source: `python -m bench.worker CONTESTANT FILE`.

Each line on the standard input asks for one run and is answered with a line of JSON.
"""

import json
import sys
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

from bench.contestants import CONTESTANTS


def work(contestant: str, path: Path) -> None:
    """Answer with CPU milliseconds and peak memory; the first time with what was made as well."""
    content = path.read_bytes()
    shrink = CONTESTANTS[contestant]()
    for line in sys.stdin:
        started = time.process_time()
        made = shrink(content)
        answer: dict[str, Any] = {
            "cpu_ms": (time.process_time() - started) * 1000,
            "peak_mb": peak_mb(),
        }
        if line.strip() == "show":
            answer["made"] = [b64encode(each).decode() for each in made]
        print(json.dumps(answer), flush=True)


def peak_mb() -> float:
    """Return the most memory that this process ever had (proc(5), VmHWM).

    Not `getrusage`, which begins with what the process was forked from.
    """
    status = Path("/proc/self/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    work(sys.argv[1], Path(sys.argv[2]))
