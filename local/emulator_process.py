"""The emulator as a process, and what is known of its saved state."""

import http.client
import ssl
import time
from collections.abc import Sequence
from pathlib import Path

from local.background import Background
from local.emulator.settings import SAVE_PATH, SAVE_SECONDS, Settings
from local.errors import EmulatorFailed


class EmulatorProcess(Background):
    name = "emulator"
    title = "cloud"

    def __init__(self, settings: Settings, *, python: Path, root: Path) -> None:
        super().__init__(settings.home, root=root)
        self.settings = settings
        self.python = python

    @property
    def address(self) -> str:
        return self.settings.endpoint

    @property
    def saved(self) -> str:
        return "its state is saved" if self.is_saved() else "its state is not saved"

    def is_saved(self) -> bool:
        """Whether the last one that ran saved its state before it ended."""
        return self.settings.stopped.exists()

    def last_save(self) -> str | None:
        """Return when the state was saved that the next start continues from."""
        file = self.settings.snapshot
        if not file.exists():
            return None
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(file.stat().st_mtime))

    def check_saved(self) -> None:
        """Raise EmulatorFailed unless the state was saved before the end."""
        if not self.is_saved():
            raise EmulatorFailed(
                "The cloud is stopped, but its state could not be saved. `python -m local up` "
                f"continues from {self.last_save()}.\n{self.log_tail()}"
            )

    def save(self) -> None:
        """Have the state of this moment saved; raise EmulatorFailed with the reason."""
        status, message = self.request("POST", SAVE_PATH, seconds=SAVE_SECONDS + 5)
        if status != http.HTTPStatus.OK:
            raise EmulatorFailed(f"The cloud's state could not be saved: {message}")

    def command(self) -> Sequence[str]:
        module = [str(self.python), "-m", "local.emulator"]
        place = ["--home", str(self.settings.home), "--port", str(self.settings.port)]
        lifetime = ["--credentials-lifetime", str(self.settings.credentials_lifetime)]
        return [*module, *place, *lifetime]

    def answers(self) -> bool:
        try:
            return self.request("GET", "/_ministack/ready")[0] == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False

    def request(self, method: str, path: str, *, seconds: float = 5) -> tuple[int, str]:
        """Return the response's status and its body."""
        context = ssl.create_default_context(cafile=str(self.settings.certificate))
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.settings.port, timeout=seconds, context=context
        )
        try:
            connection.request(method, path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()
