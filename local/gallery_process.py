"""The gallery as a process, and all that it needs of a deployed cloud."""

import http.client
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from local import ports
from local.background import Background
from local.gallery.people import Login, admit, call_back, logins
from local.gallery.settings import Settings

if TYPE_CHECKING:
    from local.cloud import Cloud

PORT = "gallery-port"
HOSTS = ("127.0.0.1", "localhost")


class GalleryProcess(Background):
    name = "gallery"
    title = "gallery"
    saved = "stopped"  # it keeps nothing

    def __init__(self, home: Path, *, root: Path) -> None:
        super().__init__(home, root=root)
        self.home = home

    @cached_property
    def port(self) -> int:
        return ports.remembered_port(self.home, PORT) or ports.free_port()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def command(self) -> Sequence[str]:
        module = [sys.executable, "-m", "local.gallery", "--home", str(self.home)]
        dist = str(self.root / "gallery" / "dist")
        return [*module, "--dist", dist, "--port", str(self.port)]

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/config.json")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def open(self, cloud: "Cloud") -> None:
        """Let the page reach what is deployed, and people log in; start it unless it runs."""
        self.settle_port()
        settings_of(cloud).write(self.home)
        outputs, cognito = cloud.outputs(), cloud.client("cognito-idp")
        pool, client = outputs["UserPool"], outputs["UserPoolClient"]
        call_back(cognito, pool, client, [f"http://{host}:{self.port}" for host in HOSTS])
        for login in self.logins():
            admit(cognito, pool, login)
        if not self.is_running():
            self.start()

    def settle_port(self) -> None:
        """Keep the port of before, so that bookmarks hold, unless another program has it now."""
        if not self.is_running() and not ports.is_free(self.port):
            taken, self.port = self.port, ports.free_port()
            told = f"Another program has the gallery's port {taken}: it moves to {self.address}"
            print(told, file=sys.stderr)
        ports.remember_port(self.home, self.port, PORT)

    def logins(self) -> list[Login]:
        return logins(self.home)


def settings_of(cloud: "Cloud") -> Settings:
    """Return where the page finds what is deployed."""
    outputs, lambda_ = cloud.outputs(), cloud.client("lambda")
    query = lambda_.get_function_configuration(FunctionName=outputs["QueryCatalogFunction"])
    region = cloud.session.region_name
    return Settings(
        cloud=cloud.endpoint.removeprefix("https://"),
        certificate=str(cloud.settings.certificate),
        api=api_id(outputs["Api"]),
        buckets=tuple(outputs[name] for name in BUCKETS),
        issuer=f"https://cognito-idp.{region}.amazonaws.com/{outputs['UserPool']}",
        client=outputs["UserPoolClient"],
        max_bytes=int(query["Environment"]["Variables"]["MAX_BYTES"]),
    )


BUCKETS = ("OriginalsBucket", "ThumbnailsBucket", "ReportsBucket")


def api_id(endpoint: str) -> str:
    """Return the id in `https://<id>.execute-api.<host>`, a name that resolves on AWS only."""
    return endpoint.removeprefix("https://").partition(".")[0]
