"""The emulator as a process."""

import http.client
import ssl
from collections.abc import Sequence
from pathlib import Path

from local.background import Background
from local.emulator.settings import Settings


class EmulatorProcess(Background):
    name = "emulator"
    title = "cloud"
    saved = "its state is saved"

    def __init__(self, settings: Settings, *, python: Path, root: Path) -> None:
        super().__init__(settings.home, root=root)
        self.settings = settings
        self.python = python

    @property
    def address(self) -> str:
        return self.settings.endpoint

    def command(self) -> Sequence[str]:
        module = [str(self.python), "-m", "local.emulator"]
        place = ["--home", str(self.settings.home), "--port", str(self.settings.port)]
        lifetime = ["--credentials-lifetime", str(self.settings.credentials_lifetime)]
        return [*module, *place, *lifetime]

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
