"""A web server on loopback: the built page, a login, the API and a storage, for its tests alone."""

import base64
import hashlib
import json
import re
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from tests.gallery.fake_catalog import FakeCatalog, Record, id_of

DIST = Path(__file__).parents[2] / "gallery/dist"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css",
    ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json",
}  # fmt: skip
PART_BYTES = 5 * 1024 * 1024
LOGIN = """<!doctype html><html lang="en"><title>Sign in</title><form method="post">
<label>Name <input name="username"></label><label>Password <input name="password" type="password">
</label><button type="submit">Sign in</button></form></html>"""


class Refused(Exception):
    """Answered as a problem."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


class FakeCloud(ThreadingHTTPServer):
    """``users`` are owners by name; the one of None is an administrator."""

    daemon_threads = True
    users: ClassVar[dict[str, str | None]] = {
        "alice": "alice", "archive": "archive", "empty": "empty", "admin": None,
    }  # fmt: skip

    def __init__(self, catalog: FakeCatalog) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.catalog = catalog
        self.codes: dict[str, tuple[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.refreshes: dict[str, str] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.faults: list[Callable[[str, str], Refused | None]] = []
        self.asked: list[str] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no error; anything else is told."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def running(catalog: FakeCatalog) -> Iterator[FakeCloud]:
    """Serve until the block ends."""
    with FakeCloud(catalog) as cloud:
        thread = threading.Thread(target=cloud.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield cloud
        finally:
            cloud.shutdown()
            thread.join()


class Handler(BaseHTTPRequestHandler):
    """One request: page, login, API or storage, by its path."""

    server: FakeCloud
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""

    def _answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        self.body = self.rfile.read(length)
        split = urlsplit(self.path)
        self.query = dict(parse_qsl(split.query))
        try:
            self._route(split.path)
        except Refused as refused:
            problem = {"status": refused.status, "detail": refused.detail, **refused.more}
            self._json(problem, refused.status, "application/problem+json")

    def _route(self, path: str) -> None:
        if path.startswith("/api/"):
            self._api(path.removeprefix("/api"))
        elif path.startswith("/s3/"):
            self._storage(path.removeprefix("/s3/"))
        elif path.startswith(("/oauth2/", "/login", "/logout")):
            self._login(path)
        elif path == "/config.json":
            self._json(self._configuration())
        else:
            self._file(path)

    def _configuration(self) -> dict[str, Any]:
        return {
            "api": "/api", "issuer": "https://issuer.example", "authorize_url": "/oauth2/authorize",
            "token_url": f"{self.server.url}/oauth2/token", "logout_url": "/logout",
            "client_id": "page", "scope": "openid email profile", "max_bytes": 64 * 2**20,
            "multipart_from_bytes": 8 * 2**20, "stage": "test",
        }  # fmt: skip

    def _file(self, path: str) -> None:
        file = DIST / (path.lstrip("/") or "index.html")
        if not file.resolve().is_relative_to(DIST) or not file.is_file():
            raise Refused(404, "no such file")
        self._send(file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream"))

    # The login, as OpenID Connect has it with PKCE.

    def _login(self, path: str) -> None:
        if path == "/oauth2/token":
            self._token(dict(parse_qsl(self.body.decode())))
        elif path == "/logout":
            self._redirect(self.query["logout_uri"])
        elif self.command == "POST":
            self._code(dict(parse_qsl(self.body.decode()))["username"])
        else:
            self._send(LOGIN.encode(), "text/html")

    def _code(self, user: str) -> None:
        if user not in self.server.users:
            self._redirect(
                f"{self.query['redirect_uri']}?error=access_denied&state={self.query['state']}"
            )
            return
        code = secrets.token_urlsafe(8)
        self.server.codes[code] = (user, self.query["code_challenge"])
        self._redirect(
            f"{self.query['redirect_uri']}?code={code}&state={quote(self.query['state'])}"
        )

    def _token(self, form: dict[str, str]) -> None:
        if form["grant_type"] == "refresh_token":
            user = self.server.refreshes.get(form["refresh_token"])
        else:
            user, challenge = self.server.codes.pop(form["code"])
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge:
                user = None
        if user is None:
            self._json({"error": "invalid_grant"}, 400)
            return
        claims = {
            "iss": "https://issuer.example", "aud": "page", "sub": user,
            "email": f"{user}@example.com",
            "iat": int(time.time()), "exp": int(time.time()) + 3600, "jti": secrets.token_hex(4),
        }  # fmt: skip
        token = ".".join(_part(part) for part in ({"alg": "RS256"}, claims, "signature"))
        refresh = secrets.token_urlsafe(8)
        self.server.tokens[token], self.server.refreshes[refresh] = user, user
        self._json(
            {"id_token": token, "access_token": "unused", "token_type": "Bearer",
             "refresh_token": refresh, "expires_in": 3600}
        )  # fmt: skip

    def _owner(self) -> str | None:
        token = (self.headers.get("authorization") or "").removeprefix("Bearer ")
        if token not in self.server.tokens:
            raise Refused(401, "the token is not valid")
        return self.server.users[self.server.tokens[token]]

    # The API.

    def _api(self, path: str) -> None:
        self.server.asked.append(f"{self.command} {path}")
        for fault in list(self.server.faults):
            if refused := fault(self.command, path):
                raise refused
        owner, catalog = self._owner(), self.server.catalog
        time.sleep(catalog.slow_seconds)
        if path == "/me":
            prefix = f"{owner}/" if owner else None
            self._json({"owner": owner, "admin": owner is None, "upload_prefix": prefix})
        elif path == "/images":
            self._json(catalog.page(self._asked_owner(owner, self.query.get("owner")), self.query))
        elif match := re.fullmatch(r"/images/([\w-]+)(/similar|/restore)?", path):
            self._image(owner, *match.groups())
        elif path == "/owners":
            names = [owner] if owner else catalog.owners()
            self._json({"owners": [catalog.totals(name) for name in names], "cursor": None})
        elif match := re.fullmatch(r"/owners/([^/]+)/usage", path):
            self._json(catalog.usage(self._asked_owner(owner, unquote(match[1]))))
        elif path == "/report":
            if owner:
                raise Refused(403, "only administrators see the report")
            self._json(catalog.report(self.query["from"], self.query["to"]))
        else:
            self._uploads(owner, path)

    def _asked_owner(self, owner: str | None, asked: str | None) -> str:
        if owner is None and not asked:
            raise Refused(400, "name an owner", allowed=self.server.catalog.owners())
        if owner and asked not in (None, owner):
            raise Refused(403, "you may see only your own pictures")
        return asked or owner or ""

    def _record(self, owner: str | None, id: str) -> Record:
        found = (each for each in self.server.catalog.records.values() if id_of(each.key) == id)
        record = next(found, None)
        if record is None or owner not in (None, record.owner):
            raise Refused(404, "there is no such picture")
        return record

    def _image(self, owner: str | None, id: str, what: str | None) -> None:
        record = self._record(owner, id)
        if self.command == "DELETE":
            record.deleted = True
            self._json({"id": id, "key": record.key, "delete_marker": "d1"}, 202)
        elif what == "/restore":
            record.deleted = False
            self._json({"id": id, "key": record.key}, 202)
        elif record.deleted:
            raise Refused(404, "this picture was deleted", deleted=True, restorable=True)
        elif what == "/similar":
            self._json(self._similar(record))
        else:
            self._json(_described(record))

    def _similar(self, record: Record) -> dict[str, Any]:
        others = [
            each.tile() | {"distance": 2} for each in self.server.catalog.of(record.owner)
            if each.scene is not None and each.scene == record.scene and each is not record
        ]  # fmt: skip
        return {"same_content": others[:2], "near": others[2:7]}

    def _uploads(self, owner: str | None, path: str) -> None:
        asked = json.loads(self.body or b"{}")
        owner = owner or asked.get("owner")
        if path == "/uploads":
            for at, file in enumerate(asked["files"]):
                if ".." in file["name"]:
                    fault = {"where": f"body.files.{at}.name", "what": "has a segment that is .."}
                    raise Refused(400, "the request cannot be answered", errors=[fault])
            grants = [self._grant(f"{owner}/{file['name']}") for file in asked["files"]]
            self._json({"uploads": grants})
        elif path == "/multipart-uploads":
            key, upload = f"{owner}/{asked['name']}", secrets.token_hex(6)
            self.server.parts[upload] = {}
            parts = -(-asked["bytes"] // PART_BYTES)
            self._json(
                {
                    "key": key,
                    "id": id_of(key),
                    "upload_id": upload,
                    "part_bytes": PART_BYTES,
                    "parts": parts,
                }
            )
        elif self.command == "DELETE":
            self.server.parts.pop(self.query["upload_id"], None)
            self._json({}, 200)
        elif path.endswith("/parts"):
            urls = {str(n): f"/s3/part/{asked['upload_id']}/{n}" for n in asked["part_numbers"]}
            self._json({"urls": urls})
        else:
            self._complete(path, asked)

    def _complete(self, path: str, asked: dict[str, Any]) -> None:
        id = path.split("/")[2]
        key = base64.urlsafe_b64decode(id + "=" * (-len(id) % 4)).decode()
        parts = self.server.parts.pop(asked["upload_id"])
        content = b"".join(parts[each["part_number"]] for each in asked["parts"])
        self.server.catalog.upload(key, content)
        self._json({"id": id, "key": key})

    def _grant(self, key: str) -> dict[str, Any]:
        return {
            "key": key, "id": id_of(key), "url": "/s3/originals", "fields": {"key": key},
            "expires_at": "2030-01-01T00:00:00.000Z",
        }  # fmt: skip

    # The storage.

    def _storage(self, path: str) -> None:
        if path == "originals" and self.command == "POST":
            fields = self._form()
            self.server.catalog.upload(fields["key"].decode(), fields["file"])
            self._send(b"", "text/plain", 204)
        elif path.startswith("part/"):
            _, upload, number = path.split("/")
            self.server.parts[upload][int(number)] = self.body
            self._send(b"", "text/plain", 200, etag=f'"{number}"')
        elif path.startswith("thumbnails/"):
            _, id, name = path.split("/")
            found = self._record(None, id).print
            if not found:
                raise Refused(404, "no thumbnail")
            self._send(found.variants[name][0], "image/jpeg", cache="max-age=900")
        else:
            self._send(b"an original", "application/octet-stream")

    def _form(self) -> dict[str, bytes]:
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        message = BytesParser().parsebytes(head + self.body)
        parts: Any = message.get_payload()
        named = ((part.get_param("name", header="content-disposition"), part) for part in parts)
        return {str(name): _content(part) for name, part in named}

    # The answers.

    def _json(self, value: Any, status: int = 200, type: str = "application/json") -> None:
        retry = "1" if status == 429 else None
        self._send(json.dumps(value).encode(), type, status, retry=retry)

    def _redirect(self, to: str) -> None:
        self._send(b"", "text/plain", 302, location=to)

    def _send(
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


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _content(part: Any) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


def _described(record: Record) -> dict[str, Any]:
    metadata = {
        "lens": "Summicron 35", "exposure": "1/250 s", "f_number": 5.6, "iso": 400,
        "focal_length_mm": 35, "mode": "RGB", "bit_depth": 8, "profile_name": "sRGB", "rev": 3,
        "sha256": hashlib.sha256(record.key.encode()).hexdigest(), "content_type": "image/jpeg",
    }  # fmt: skip
    versions = [
        {"version_id": version, "size": record.bytes, "last_modified": record.uploaded_at,
         "is_latest": version == record.versions[-1], "delete_marker": False}
        for version in reversed(record.versions)
    ]  # fmt: skip
    return record.tile() | {
        "metadata": metadata if record.scene is not None else {"sha256": "0" * 64},
        "thumbnails": {"perceptual_hash": "c3a1f00d12345678"}, "variants": record.variants(),
        "versions": versions, "original": {"url": f"/s3/originals/{quote(record.key)}"},
    }  # fmt: skip
