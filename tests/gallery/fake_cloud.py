"""A web server on loopback: the built page, a login, the API and a storage, for its tests alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.gallery.fake_api import Api
from tests.gallery.fake_catalog import FakeCatalog
from tests.gallery.fake_exchange import Refused, Server
from tests.gallery.fake_storage import Storage

DIST = Path(__file__).parents[2] / "gallery/dist"
TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css",
    ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json",
}  # fmt: skip


class Handler(Api, Storage):
    """One request: page, login, API or storage, by its path."""

    def do_GET(self) -> None:  # noqa: N802
        path = self.take_in()
        try:
            self._route(path)
        except Refused as refused:
            self.refuse(refused)

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    def _route(self, path: str) -> None:
        if path.startswith("/api/"):
            self.api(path.removeprefix("/api"))
        elif path.startswith("/s3/"):
            self.storage(path.removeprefix("/s3/"))
        elif path.startswith(("/oauth2/", "/login", "/logout")):
            self.login(path)
        elif path == "/config.json":
            self.json(self._configuration())
        else:
            self._file(path)

    def _configuration(self) -> dict[str, Any]:
        return {
            "api": "/api", "issuer": "https://issuer.example", "authorize_url": "/oauth2/authorize",
            "token_url": f"{self.server.url}/oauth2/token", "logout_url": "/logout",
            "client_id": "page", "scope": "openid email profile", "max_bytes": 64 * 2**20,
            "multipart_from_bytes": 2**20, "stage": "test",
        }  # fmt: skip

    def _file(self, path: str) -> None:
        file = DIST / (path.lstrip("/") or "index.html")
        if not file.resolve().is_relative_to(DIST) or not file.is_file():
            raise Refused(404, "no such file")
        self.send(file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream"))


class FakeCloud(Server):
    def __init__(self, catalog: FakeCatalog) -> None:
        super().__init__(catalog, Handler)


@contextmanager
def running(catalog: FakeCatalog) -> Iterator[FakeCloud]:
    """Serve until the block ends."""
    with FakeCloud(catalog) as cloud:
        thread = threading.Thread(target=cloud.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield cloud
        finally:
            cloud.reset()
            cloud.shutdown()
            thread.join()
