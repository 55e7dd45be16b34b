"""Lets contestants take turns on a source, each in a process of its own, and compares them."""

import json
import os
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image

from bench.contestants import CONTESTANTS, NEEDS, perfect, reference, takes
from bench.quality import psnr, ssim
from bench.sources import Source

ROOT = Path(__file__).parents[1]
# Held against one another to a few percent, which is what a shared machine is slow for at times.
CLOSE = ("ours", "floor")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "VIPS_CONCURRENCY": "1", "RAYON_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Result:
    """One contestant on one source; quality is in dB and SSIM above full-decode LANCZOS."""

    source: str
    contestant: str
    cpu_ms: float
    peak_mb: float
    psnr_gain: float = 0.0
    ssim_gain: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return asdict(self)


def environment() -> dict[str, str]:
    """Return the variables under which measured processes find our code, and use one thread."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "layers/shared/python")])
    return {**os.environ, **ONE_THREAD, "PYTHONPATH": path}


def present() -> list[str]:
    """Return the contestants whose packages are installed."""
    return [name for name in CONTESTANTS if name not in NEEDS or find_spec(NEEDS[name])]


def compete(source: Source, folder: Path, rounds: int) -> list[Result]:
    """Measure all contestants on *source*, *rounds* times in turn after one run to warm up.

    `CLOSE` ones meet three times as often.
    """
    path = source.path(folder)
    names = [name for name in present() if takes(name, source.kind)]
    with ExitStack() as stack:
        workers = {name: stack.enter_context(_worker(name, path)) for name in names}
        shown = {name: _ask(workers[name], "show") for name in names}
        turns = [*rounds * [names], *2 * rounds * [[name for name in names if name in CLOSE]]]
        runs = [(name, _ask(workers[name], "run")) for turn in turns for name in turn]
    gains = _gains(path.read_bytes(), {name: shown[name]["made"] for name in names})
    return [
        Result(
            source.name,
            name,
            cpu_ms=median(run["cpu_ms"] for ran, run in runs if ran == name),
            peak_mb=max(run["peak_mb"] for ran, run in runs if ran == name),
            psnr_gain=gains[name][0],
            ssim_gain=gains[name][1],
        )
        for name in names
    ]


@contextmanager
def _worker(contestant: str, path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "bench.worker", contestant, str(path)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment(), cwd=ROOT, **pipes) as worker:
        yield worker


def _ask(worker: "subprocess.Popen[str]", what: str) -> dict[str, Any]:
    assert worker.stdin  # noqa: S101
    assert worker.stdout  # noqa: S101
    print(what, file=worker.stdin, flush=True)
    if not (line := worker.stdout.readline()):
        raise RuntimeError("a contestant ended: its error stands above")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _gains(content: bytes, made: dict[str, list[str]]) -> dict[str, tuple[float, float]]:
    """Return how much better each one's worst thumbnail is than the same one made perfectly.

    All are compared with pixels that were never encoded, so what encoding costs cancels out. The
    floor does not resize: it has no quality to speak of.
    """
    targets = perfect(content)
    best = [
        _likeness(each, target) for each, target in zip(reference()(content), targets, strict=True)
    ]
    return {
        name: (0.0, 0.0)
        if name == "floor"
        else _worst([b64decode(each) for each in contents], targets, best)
        for name, contents in made.items()
    }


def _worst(
    contents: Sequence[bytes], targets: list[Image.Image], best: list[tuple[float, float]]
) -> tuple[float, float]:
    by_size = {Image.open(BytesIO(content)).size: content for content in contents}
    gains = []
    for target, (psnr_best, ssim_best) in zip(targets, best, strict=True):
        if target.size not in by_size:  # a pixel off, as libvips is at times
            return float("nan"), float("nan")
        psnr_made, ssim_made = _likeness(by_size[target.size], target)
        gains.append((psnr_made - psnr_best, ssim_made - ssim_best))
    return min(gain[0] for gain in gains), min(gain[1] for gain in gains)


def _likeness(content: bytes, target: Image.Image) -> tuple[float, float]:
    picture = Image.open(BytesIO(content)).convert("RGB")
    return psnr(picture, target), ssim(picture, target)
