"""One request to the fake cloud and its answer, whatever it is about."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from tests.gallery.fake_catalog import FakeCatalog
from tests.gallery.fake_record import Record, id_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)

PATIENCE_SECONDS = 90


class Refused(Exception):
    """Answered as a problem."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


class Server(ThreadingHTTPServer):
    """What all requests share. ``users`` are owners by name; the one of None administers.

    While ``storage_open`` is not set, uploads hang until the client hangs up; while
    ``deletions_open`` is not, deletions hang. A reset ends both.
    """

    daemon_threads = True
    users: ClassVar[dict[str, str | None]] = {
        "alice": "alice", "archive": "archive", "empty": "empty", "admin": None,
    }  # fmt: skip

    def __init__(self, catalog: FakeCatalog, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.catalog = catalog
        self.codes: dict[str, tuple[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.refreshes: dict[str, str] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.faults: list[Callable[[str, str], Refused | None]] = []
        self.asked: list[str] = []
        self.storage_open, self.deletions_open = threading.Event(), threading.Event()
        self.hanging, self._changed = 0, threading.Condition()
        self.reset()

    def reset(self) -> None:
        """Let nothing go wrong any more."""
        self.faults.clear()
        self.storage_open.set()
        self.deletions_open.set()

    @contextmanager
    def hangs(self) -> Iterator[None]:
        """Count a request as hanging while the block runs."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._changed:
            self.hanging += change
            self._changed.notify_all()

    def wait_for_hanging(self, count: int) -> None:
        """Wait until *count* requests hang; sent and broken-off ones arrive a little later."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.hanging == count, PATIENCE_SECONDS)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no error; anything else is told."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Exchange(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""

    def take_in(self) -> str:
        """Read the request; return its path."""
        self.body = self.rfile.read(int(self.headers.get("content-length") or 0))
        split = urlsplit(self.path)
        self.query = dict(parse_qsl(split.query))
        return split.path

    def record(self, owner: str | None, id: str) -> Record:
        """Return an owner's record; that of any owner for None."""
        found = (each for each in self.server.catalog.records.values() if id_of(each.key) == id)
        record = next(found, None)
        if record is None or owner not in (None, record.owner):
            raise Refused(404, "there is no such picture")
        return record

    def refuse(self, refused: Refused) -> None:
        problem = {"status": refused.status, "detail": refused.detail, **refused.more}
        self.json(problem, refused.status, "application/problem+json")

    def json(self, value: Any, status: int = 200, type: str = "application/json") -> None:
        retry = "1" if status == 429 else None
        self.send(json.dumps(value).encode(), type, status, retry=retry)

    def redirect(self, to: str) -> None:
        self.send(b"", "text/plain", 302, location=to)

    def send(
        self, content: bytes, type: str, status: int = 200, cache: str = "no-store",
        etag: str | None = None, location: str | None = None, retry: str | None = None,
    ) -> None:  # fmt: skip
        self.send_response(status)
        headers = {
            "content-type": type, "content-length": str(len(content)), "cache-control": cache,
            "content-security-policy": POLICY, "etag": etag, "location": location,
            "retry-after": retry,
        }  # fmt: skip
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
