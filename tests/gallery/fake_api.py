"""The fake cloud's API: the routes of query_catalog over a catalog in memory."""

import base64
import json
import re
import secrets
from typing import Any
from urllib.parse import unquote

from tests.gallery.fake_exchange import Refused
from tests.gallery.fake_login import Login
from tests.gallery.fake_record import id_of

PART_BYTES = 300_000


class Api(Login):
    def api(self, path: str) -> None:
        self.server.asked.append(f"{self.command} {path}")
        for fault in list(self.server.faults):
            if refused := fault(self.command, path):
                raise refused
        owner, catalog = self.owner(), self.server.catalog
        if path == "/me":
            prefix = f"{owner}/" if owner else None
            self.json({"owner": owner, "admin": owner is None, "upload_prefix": prefix})
        elif path == "/images":
            self.json(catalog.page(self._asked_owner(owner, self.query.get("owner")), self.query))
        elif match := re.fullmatch(r"/images/([\w-]+)(/similar|/restore)?", path):
            self._image(owner, *match.groups())
        elif path == "/owners":
            names = [owner] if owner else catalog.owners()
            self.json({"owners": [catalog.totals(name) for name in names], "cursor": None})
        elif match := re.fullmatch(r"/owners/([^/]+)/usage", path):
            self.json(catalog.usage(self._asked_owner(owner, unquote(match[1]))))
        elif path == "/report":
            if owner:
                raise Refused(403, "only administrators see the report")
            self.json(catalog.report(self.query["from"], self.query["to"]))
        else:
            self._uploads(owner, path)

    def _asked_owner(self, owner: str | None, asked: str | None) -> str:
        if owner is None and not asked:
            raise Refused(400, "name an owner", allowed=self.server.catalog.owners())
        if owner and asked not in (None, owner):
            raise Refused(403, "you may see only your own pictures")
        return asked or owner or ""

    def _image(self, owner: str | None, id: str, what: str | None) -> None:
        record = self.record(owner, id)
        told = {"id": id, "key": record.key}
        if self.command == "DELETE":
            self.server.deletions_open.wait()
            if record.deleted:
                raise Refused(404, "there is no such picture")
            record.deleted = True
            self.json({**told, "delete_marker": "d1"}, 202)
        elif what == "/restore":
            if not record.deleted:
                raise Refused(409, "the picture is not deleted")
            record.deleted = False
            self.json(told, 202)
        elif record.deleted:
            raise Refused(404, "the picture is deleted", deleted=True, restorable=record.kept)
        elif what == "/similar":
            self.json(self.server.catalog.similar(record))
        else:
            self.json(record.described())

    def _uploads(self, owner: str | None, path: str) -> None:
        asked = json.loads(self.body or b"{}")
        owner = owner or asked.get("owner")
        if path == "/uploads":
            for at, file in enumerate(asked["files"]):
                if ".." in file["name"]:
                    fault = {"where": f"body.files.{at}.name", "what": "has a segment that is .."}
                    raise Refused(400, "the request cannot be answered", errors=[fault])
            self.json({"uploads": [_grant(f"{owner}/{file['name']}") for file in asked["files"]]})
        elif path == "/multipart-uploads":
            self._begin(f"{owner}/{asked['name']}", asked["bytes"])
        elif self.command == "DELETE":
            self.server.parts.pop(self.query["upload_id"], None)
            self.send(b"", "text/plain", 204)
        elif path.endswith("/parts"):
            urls = {str(n): f"/s3/part/{asked['upload_id']}/{n}" for n in asked["part_numbers"]}
            self.json({"urls": urls})
        else:
            self._complete(path, asked)

    def _begin(self, key: str, size: int) -> None:
        upload = secrets.token_hex(6)
        self.server.parts[upload] = {}
        begun = {"key": key, "id": id_of(key), "upload_id": upload}
        self.json({**begun, "part_bytes": PART_BYTES, "parts": -(-size // PART_BYTES)}, 201)

    def _complete(self, path: str, asked: dict[str, Any]) -> None:
        id = path.split("/")[2]
        key = base64.urlsafe_b64decode(id + "=" * (-len(id) % 4)).decode()
        parts = self.server.parts.pop(asked["upload_id"])
        content = b"".join(parts[each["part_number"]] for each in asked["parts"])
        self.server.catalog.upload(key, content)
        self.json({"id": id, "key": key})


def _grant(key: str) -> dict[str, Any]:
    return {
        "key": key, "id": id_of(key), "url": "/s3/originals", "fields": {"key": key},
        "expires_at": "2030-01-01T00:00:00.000Z",
    }  # fmt: skip
