"""Watches a child during one call: reads its output, and kills it when its time is up."""

import os
import select
import signal
import sys
import threading
import time
from typing import Self

# What a call may add to the log: about 40 of Pillow's warnings. A damaged EXIF block of 120 KB
# makes 20,000.
LOGGED_BYTES = 4 << 10
PIPE_BYTES = 64 << 10  # pipe(7)


class Supervision:
    """The context of one call; *output* is the reading end of the child's stdout and stderr.

    Afterwards, ``expired`` tells whether the child was killed after *seconds*, and the beginning of
    its output is in our stderr. A child that writes on and on neither blocks nor fills the log.
    """

    def __init__(self, pid: int, output: int, seconds: float) -> None:
        self.expired = False
        self._pid = pid
        self._output = output
        self._deadline = time.monotonic() + seconds
        self._begun = bytearray()
        self._left_out = 0
        os.set_blocking(output, False)

    def __enter__(self) -> Self:
        self._call, self._call_open = os.pipe()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        os.close(self._call_open)
        self._thread.join()  # or the next fork would find a second thread
        os.close(self._call)
        self._log()

    def _watch(self) -> None:
        events = select.poll()  # select() takes no descriptor above 1,023
        events.register(self._call, select.POLLIN)
        events.register(self._output, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in events.poll(self._milliseconds())}
            if not ready:
                self.expired = True
                os.kill(self._pid, signal.SIGKILL)
            if self._output in ready and not self._read():
                events.unregister(self._output)
            if self._call in ready:
                self._read()  # what came before the reply
                return

    def _milliseconds(self) -> float | None:
        return None if self.expired else max(0.0, self._deadline - time.monotonic()) * 1000

    def _read(self) -> bool:
        """Take what the pipe holds; return whether there may be more later."""
        try:
            text = os.read(self._output, PIPE_BYTES)
        except BlockingIOError:
            return True
        room = LOGGED_BYTES - len(self._begun)
        self._begun += text[:room]
        self._left_out += len(text[room:])
        return bool(text)

    def _log(self) -> None:
        text = self._begun.decode(errors="backslashreplace")
        if self._left_out:
            text += f"\n… and {self._left_out} bytes more of the child's output\n"
        if text:
            sys.stderr.write(text)
            sys.stderr.flush()
