"""Show that something is going on: rewrite a line on a terminal, add lines elsewhere."""

import sys
import time
from contextlib import suppress
from typing import Self, TextIO


class Progress:
    """One step of the work, with its elapsed seconds: `with Progress("Deploying") as progress`."""

    def __init__(self, step: str, stream: TextIO | None = None) -> None:
        self.step = step
        self.stream = stream or sys.stderr
        self.started = time.monotonic()
        self.pause = 0.5 if self.stream.isatty() else 5.0
        self.shown_at = self.started
        self.is_line_open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.end_line()  # so that an error's message is on a line of its own

    def tick(self, detail: str = "…") -> None:
        """Show the state of the step, but no more often than is good to read."""
        now = time.monotonic()
        if now - self.shown_at >= self.pause:
            self.shown_at = now
            self.show(detail)

    def done(self, detail: str = "done") -> None:
        self.show(detail)
        self.end_line()

    def end_line(self) -> None:
        if self.is_line_open:
            self.is_line_open = False
            self.stream.write("\n")

    def show(self, detail: str) -> None:
        seconds = time.monotonic() - self.started
        line = f"{self.step}: {detail} ({seconds:.0f} s)"
        self.is_line_open = self.stream.isatty()
        with suppress(BrokenPipeError):  # the work goes on, though nobody reads how far it is
            self.stream.write(f"\r\033[K{line}" if self.is_line_open else f"{line}\n")
            self.stream.flush()
