"""Say on stderr that something is going on, once it has gone on for two seconds."""

import sys
import time
from contextlib import suppress
from threading import Event, Thread
from typing import Self

QUIET_SECONDS = 2.0


class Progress:
    """One step of the work: `with Progress("Reading the bucket") as progress`."""

    def __init__(self, step: str) -> None:
        self._step = step
        self._detail = ""
        self._is_terminal = sys.stderr.isatty()
        self._ended = Event()
        self._thread = Thread(target=self._show_while_it_is_read, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._ended.set()
        self._thread.join()

    def tell(self, detail: str) -> None:
        """Say how far it is; it is shown when it is time to."""
        self._detail = detail

    def _show_while_it_is_read(self) -> None:
        with suppress(BrokenPipeError):
            self._show_now_and_then()

    def _show_now_and_then(self) -> None:
        started, pause = time.monotonic(), QUIET_SECONDS
        clear = "\r\033[K" if self._is_terminal else ""
        while not self._ended.wait(pause):
            pause = 0.5 if self._is_terminal else 10.0
            seconds = time.monotonic() - started
            line = f"{clear}{self._step} … {self._detail} ({seconds:.0f} s)"
            print(line, end="" if clear else "\n", file=sys.stderr, flush=True)
        if clear:
            print(clear, end="", file=sys.stderr, flush=True)
