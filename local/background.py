"""A program in the background: at most one per home, started and ended whole."""

import fcntl
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from local.errors import EmulatorFailed
from local.progress import Progress

START_SECONDS = 60
STOP_SECONDS = 60  # the deliveries under way take up to 15 of them, the save up to 30


class Background(ABC):
    """`name` is that of its log and its pid file in `home`; `title` is what people call it."""

    name: str
    title: str

    def __init__(self, home: Path, *, root: Path) -> None:
        self.root = root
        self.log = home / f"{self.name}.log"
        self.pid_file = home / f"{self.name}.pid"
        self.child: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def address(self) -> str: ...

    @property
    @abstractmethod
    def saved(self) -> str:
        """The message when it has ended by itself, and not been killed."""

    @abstractmethod
    def command(self) -> Sequence[str]: ...

    @abstractmethod
    def answers(self) -> bool: ...

    def is_running(self) -> bool:
        """Whether a process holds the lock on the pid file: true for a live one only.

        A number in a file proves nothing, as the system gives it to another process in time.
        """
        if not self.pid_file.exists():
            return False
        with self.open_pid_file() as descriptor:
            return not try_lock(descriptor)

    def pid(self) -> int | None:
        return int(self.pid_file.read_text()) if self.is_running() else None

    def start(self) -> None:
        """Start it and wait until it answers; leave nothing behind if it does not."""
        with self.open_pid_file() as descriptor:
            if not lock_soon(descriptor):
                raise EmulatorFailed(f"Another `up` is starting this {self.title} at this moment.")
            if self.child is not None:
                self.child.wait()  # it was killed
            self.child = self.spawn(descriptor)
            os.truncate(descriptor, 0)
            os.write(descriptor, f"{self.child.pid}\n".encode())
        try:
            self.wait_until_ready(self.child)
        except BaseException:
            self.stop()
            raise

    @contextmanager
    def open_pid_file(self) -> Iterator[int]:
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.pid_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def spawn(self, lock: int) -> subprocess.Popen[bytes]:
        """The child inherits the locked descriptor, so the lock lives as long as it does."""
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [*self.command()],
                cwd=self.root,
                env=inherited_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock],
                start_new_session=True,
            )

    def wait_until_ready(self, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        with Progress(f"Starting the {self.title}") as progress:
            while not self.answers():
                progress.tick()
                if child.poll() is not None:
                    raise EmulatorFailed(
                        f"The {self.name} ended while starting.\n{self.log_tail()}"
                    )
                if time.monotonic() > deadline:
                    raise EmulatorFailed(
                        f"The {self.name} does not answer after {START_SECONDS} s.\n"
                        f"{self.log_tail()}"
                    )
                time.sleep(0.1)
            progress.done(self.address)

    def stop(self) -> None:
        """End it, and whatever is left of its process group."""
        pid = self.pid()
        if pid is not None:
            self.end(pid)
        if self.child is not None:
            self.child.wait()  # it has ended: this only takes it off the process table

    def end(self, pid: int) -> None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        with Progress(f"Stopping the {self.title}") as progress:
            while self.is_running() and time.monotonic() < deadline:
                progress.tick()
                time.sleep(0.05)
            ended = not self.is_running()
            with suppress(ProcessLookupError):  # the usual case: nothing of it is left
                os.killpg(pid, signal.SIGKILL)
            progress.done(self.saved if ended else "killed")
        if not ended:
            raise EmulatorFailed(
                f"The {self.name} had to be killed after {STOP_SECONDS} s: what it did since its "
                f"last save is lost.\n{self.log_tail()}"
            )

    def log_tail(self, lines: int = 25) -> str:
        """The end of its log, introduced by where to find the rest."""
        if not self.log.exists():
            return ""
        tail = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join([f"The end of {self.log}:", *(f"  {line}" for line in tail)])


def inherited_environment() -> dict[str, str]:
    """What it needs of ours: no AWS setting, no proxy, no Python path."""
    kept = ("HOME", "LANG", "LC_ALL", "PATH")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PYTHONUNBUFFERED": "1",
    }


def try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_soon(descriptor: int) -> bool:
    """Try again for a moment: `is_running` of another process holds the lock for an instant."""
    for _ in range(10):
        if try_lock(descriptor):
            return True
        time.sleep(0.05)
    return False
