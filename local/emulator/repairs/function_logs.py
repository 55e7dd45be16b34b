"""Give each invocation all the lines that it wrote.

Gap: when an invocation ends, ministack waits for its reading thread until 5 ms bring nothing new.
Consequence: on a busy machine the last lines, and the metrics in them, come with the worker's next
invocation, or never.
Repair: a function writes before it responds, so all its lines are in the pipe: read them there.
"""

import fcntl
import os
import queue
import select
import struct
import termios
import threading
from typing import IO, Any
from weakref import WeakKeyDictionary

from ministack.core.lambda_runtime import ProvidedWorker

Lines = queue.Queue[str]


def apply() -> None:
    ProvidedWorker._pump_output = follow
    ProvidedWorker._drain_stderr_bounded = drain


class Cutter:
    """Cuts what a process writes into lines; when there are too many, the oldest go."""

    def __init__(self) -> None:
        self._rest = b""
        self._reading = threading.Lock()

    def read(self, stream: IO[bytes], lines: Lines) -> bool:
        """Read what is there without waiting; return False at the end."""
        with self._reading:
            if stream.closed:
                return False
            left = waiting_bytes(stream)
            at_end = left == 0 and readable(stream, 0)
            while left > 0:
                chunk = os.read(stream.fileno(), left)
                left -= len(chunk)
                *whole, self._rest = (self._rest + chunk).split(b"\n")
                put(lines, *whole)
            if at_end and self._rest:
                put(lines, self._rest)
                self._rest = b""
            return not at_end

    def close(self, stream: IO[bytes]) -> None:
        with self._reading:
            stream.close()


def put(lines: Lines, *raw: bytes) -> None:
    for line in raw:
        if lines.full():
            lines.get_nowait()
        lines.put_nowait(line.decode(errors="replace").rstrip("\r"))


def waiting_bytes(stream: IO[bytes]) -> int:
    count = fcntl.ioctl(stream.fileno(), termios.FIONREAD, struct.pack("i", 0))
    return int(struct.unpack("i", count)[0])


def readable(stream: IO[bytes], timeout_ms: int | None) -> bool:
    """Wait until there is something to read, or the end."""
    poll = select.poll()
    poll.register(stream, select.POLLIN)
    return bool(poll.poll(timeout_ms))


_cutters: WeakKeyDictionary[IO[bytes], Cutter] = WeakKeyDictionary()
_finding = threading.Lock()


def cutter(stream: IO[bytes]) -> Cutter:
    with _finding:
        return _cutters.setdefault(stream, Cutter())


def follow(_worker: Any, stream: IO[bytes], lines: Lines) -> None:
    """Read all that the process writes, for as long as it lives: a full pipe would block it."""
    while cutter(stream).read(stream, lines):
        readable(stream, None)
    cutter(stream).close(stream)


def drain(worker: Any, **_times: float) -> str:
    """Return the lines that were written since the last call."""
    process = worker._proc
    if process is not None:
        cutter(process.stdout).read(process.stdout, worker._stderr_queue)
    return str(worker._drain_stderr())
