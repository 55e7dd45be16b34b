"""The emulator as a process: at most one per home, started and ended whole."""

import fcntl
import http.client
import os
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from local.emulator.settings import Settings
from local.errors import EmulatorFailed
from local.progress import Progress

START_SECONDS = 60
STOP_SECONDS = 30


class EmulatorProcess:
    def __init__(self, settings: Settings, *, python: Path, root: Path) -> None:
        self.settings = settings
        self.python = python
        self.root = root
        self.log = settings.home / "emulator.log"
        self.pid_file = settings.home / "emulator.pid"
        self.child: subprocess.Popen[bytes] | None = None

    def is_running(self) -> bool:
        """Whether a process holds the lock on the pid file: true for a live emulator only.

        A number in a file proves nothing, as the system gives it to another process in time.
        """
        if not self.pid_file.exists():
            return False
        with self.open_pid_file() as descriptor:
            return not try_lock(descriptor)

    def pid(self) -> int | None:
        return int(self.pid_file.read_text()) if self.is_running() else None

    def start(self) -> None:
        """Start the emulator and wait until it answers; leave nothing behind if it does not."""
        with self.open_pid_file() as descriptor:
            if not lock_soon(descriptor):
                raise EmulatorFailed("Another `up` is starting this cloud at this very moment.")
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
        module = [str(self.python), "-m", "local.emulator"]
        place = ["--home", str(self.settings.home), "--port", str(self.settings.port)]
        lifetime = ["--credentials-lifetime", str(self.settings.credentials_lifetime)]
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [*module, *place, *lifetime],
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
        with Progress("Starting the cloud") as progress:
            while not self.answers():
                progress.tick()
                if child.poll() is not None:
                    raise EmulatorFailed(f"The emulator ended while starting.\n{self.log_tail()}")
                if time.monotonic() > deadline:
                    raise EmulatorFailed(
                        f"The emulator does not answer after {START_SECONDS} s.\n{self.log_tail()}"
                    )
                time.sleep(0.1)
            progress.done(self.settings.endpoint)

    def answers(self) -> bool:
        context = ssl.create_default_context(cafile=str(self.settings.certificate))
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.settings.port, timeout=5, context=context
        )
        try:
            connection.request("GET", "/_ministack/ready")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """End the emulator, which saves its state, and whatever is left of its process group."""
        pid = self.pid()
        if pid is not None:
            self.end(pid)
        if self.child is not None:
            self.child.wait()  # it has ended: this only takes it off the process table

    def end(self, pid: int) -> None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        with Progress("Stopping the cloud") as progress:
            while self.is_running() and time.monotonic() < deadline:
                progress.tick()
                time.sleep(0.05)
            saved = not self.is_running()
            with suppress(ProcessLookupError):  # the usual case: nothing of it is left
                os.killpg(pid, signal.SIGKILL)
            progress.done("its state is saved" if saved else "killed")
        if not saved:
            raise EmulatorFailed(
                f"The emulator had to be killed after {STOP_SECONDS} s: what it did since its "
                f"start may not have been saved.\n{self.log_tail()}"
            )

    def log_tail(self, lines: int = 25) -> str:
        """The end of the emulator's log, introduced by where to find the rest."""
        if not self.log.exists():
            return ""
        tail = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join([f"The end of {self.log}:", *(f"  {line}" for line in tail)])


def inherited_environment() -> dict[str, str]:
    """What the emulator needs of ours: no AWS setting, no proxy, no Python path."""
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
