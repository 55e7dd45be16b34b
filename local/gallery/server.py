"""The gallery's server: files of the page, and requests that go on to the cloud. Loopback only."""

import http.client
import json
import ssl
import sys
from collections.abc import Mapping
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from local.gallery import files
from local.gallery.forwarding import HOP_BY_HOP, Forward, forward, renamed, request_headers
from local.gallery.headers import security_headers
from local.gallery.settings import Settings

BLOCK = 1 << 16
SECONDS = 120
HOSTS = ("127.0.0.1", "localhost")


class Gallery(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, home: Path, dist: Path, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.home = home
        self.dist = dist

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up, as with an upload that is cancelled, is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    @property
    def hosts(self) -> list[str]:
        """What a browser may call it. Under another name it is somebody else's page that asks."""
        return [f"{name}:{self.server_port}" for name in HOSTS]


class Handler(BaseHTTPRequestHandler):
    server: Gallery
    protocol_version = "HTTP/1.1"
    server_version = "darkroom-gallery"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.begun = False
        if self.headers.get("Host") not in self.server.hosts:
            return self._send(421, b"Call it by 127.0.0.1 or localhost.\n")
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return self._send(411, b"Say how long it is.\n")
        settings = Settings.read(self.server.home)
        place = forward(self.path, settings)
        if place:
            return self._forward(place, settings)
        return self._own(settings)

    @property
    def origin(self) -> str:
        return f"http://{self.headers['Host']}"

    def _own(self, settings: Settings) -> None:
        self._discard_body()
        if self.command not in ("GET", "HEAD"):
            return self._send(405, b"It can only be read.\n", {"Allow": "GET, HEAD"})
        path = self.path.partition("?")[0]
        if path == "/config.json":
            told = json.dumps(settings.configuration(self.origin)).encode()
            return self._send(200, told, {"Content-Type": "application/json"})
        if path.startswith(("/s3/", "/api", "/_")):
            return self._send(404, b"Not found.\n")
        file = files.find(self.server.dist, path)
        kind = {"Content-Type": file.kind, "Cache-Control": file.caching}
        return self._send(file.status, file.content, kind)

    def _forward(self, place: Forward, settings: Settings) -> None:
        headers = request_headers(dict(self.headers.items()), settings)
        if place.names_the_cloud:
            # What is to be changed must come as it is.
            headers = {k: v for k, v in headers.items() if k.lower() != "accept-encoding"}
        length = int(self.headers.get("Content-Length") or 0)
        body = Limited(self.rfile, length) if length else None
        try:
            trusted = ssl.create_default_context(cafile=settings.certificate)
            cloud = http.client.HTTPSConnection(settings.cloud, timeout=SECONDS, context=trusted)
            with closing(cloud):
                cloud.putrequest(
                    self.command, place.path, skip_host=True, skip_accept_encoding=True
                )
                for name, value in headers.items():
                    cloud.putheader(name, value)
                cloud.endheaders(body)
                self._pass_on(cloud.getresponse(), place, settings)
        except (OSError, http.client.HTTPException) as error:
            self.close_connection = True
            if not self.begun:  # else either side hung up on an answer under way
                self._send(502, f"The cloud does not answer: {error}\n".encode())

    def _pass_on(
        self, answer: http.client.HTTPResponse, place: Forward, settings: Settings
    ) -> None:
        headers = {
            name: value
            for name, value in answer.getheaders()
            if name.lower() not in {*HOP_BY_HOP, "content-length", "server", "date"}
        }
        headers |= security_headers(place.policy)
        if place.names_the_cloud:
            content = renamed(settings, self.origin)(answer.read())
            return self._send(answer.status, content, headers)
        self._head(answer.status, headers, answer.getheader("Content-Length"))
        if self.command == "HEAD":
            return None
        while block := answer.read(BLOCK):
            self.wfile.write(block)
        return None

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        plain = {"Content-Type": "text/plain; charset=utf-8", **security_headers()}
        self._head(status, {**plain, **(headers or {})}, str(len(body)))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _head(self, status: int, headers: Mapping[str, str], length: str | None) -> None:
        self.begun = True
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", length)
        elif status not in (204, 304):
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()

    def _discard_body(self) -> None:
        """What is not read would be taken for the connection's next request."""
        body = Limited(self.rfile, int(self.headers.get("Content-Length") or 0))
        while body.read(BLOCK):
            pass


class Limited:
    """A request's body: so many bytes of a connection, and not the next request."""

    def __init__(self, stream: BufferedIOBase, length: int) -> None:
        self.stream = stream
        self.left = length

    def read(self, size: int = BLOCK) -> bytes:
        block = self.stream.read(min(size, self.left))
        self.left -= len(block)
        return block
