"""The fake cloud's storage: form posts, parts, thumbnails."""

import select
import socket
from email.parser import BytesParser
from typing import Any

from tests.gallery.fake_exchange import Exchange, Refused

LOOKS_EVERY_SECONDS = 0.02


class Storage(Exchange):
    def storage(self, path: str) -> None:
        if self.command != "GET":
            self._wait_until_open()
        if path == "originals" and self.command == "POST":
            fields = self._form()
            self.server.catalog.upload(fields["key"].decode(), fields["file"])
            self.send(b"", "text/plain", 204)
        elif path.startswith("part/"):
            _, upload, number = path.split("/")
            self.server.parts[upload][int(number)] = self.body
            self.send(b"", "text/plain", 200, etag=f'"{number}"')
        elif path.startswith("thumbnails/"):
            self._thumbnail(*path.split("/")[1:])
        else:
            self.send(b"an original", "application/octet-stream")

    def _thumbnail(self, id: str, name: str) -> None:
        found = self.record(None, id).print
        if not found:
            raise Refused(404, "no thumbnail")
        self.send(found.variants[name][0], "image/jpeg", cache="max-age=900")

    def _wait_until_open(self) -> None:
        with self.server.hangs():
            while not self.server.storage_open.wait(LOOKS_EVERY_SECONDS):
                if self._hung_up():
                    raise ConnectionAbortedError

    def _hung_up(self) -> bool:
        """Tell whether nobody waits for an answer any more."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""

    def _form(self) -> dict[str, bytes]:
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        message = BytesParser().parsebytes(head + self.body)
        parts: Any = message.get_payload()
        named = ((part.get_param("name", header="content-disposition"), part) for part in parts)
        return {str(name): _content(part) for name, part in named}


def _content(part: Any) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload
