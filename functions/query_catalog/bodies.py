"""The bodies of requests, read as a whole: every bad field is named at once."""

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.query_catalog.callers import is_owner
from functions.query_catalog.names import fault_of
from functions.query_catalog.parameters import fault_of_number
from functions.query_catalog.problems import Fault, Problem, WrongRequest

MOST_BYTES = 256 * 1024
MOST_FILES, MOST_PARTS_AT_ONCE, MOST_PARTS = 100, 100, 1000
CONTENT_TYPE = re.compile(r"[a-zA-Z0-9!#$&^_.+-]{1,60}/[a-zA-Z0-9!#$&^_.+-]{1,60}")
ETAG = re.compile(r'"?[0-9a-fA-F-]{1,64}"?')
LONGEST_UPLOAD_ID = 1024
SMALLEST_PART = 8 << 20


@dataclass(frozen=True)
class File:
    """A file that someone wants to upload."""

    name: str
    bytes: int
    content_type: str


def read_body(text: str | None, *, encoded: bool, content_type: str) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        Problem: 413 if it is too large, 415 if it is not said to be JSON.
        WrongRequest: if it is none.
    """
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "the body must be JSON", ["application/json"])
    text = text or ""
    if len(text) > MOST_BYTES:
        raise Problem(413, "the body is too large", [f"{MOST_BYTES} bytes"])
    try:
        content = b64decode(text, validate=True).decode() if encoded else text
        found = json.loads(
            content, parse_constant=_refuse, parse_float=_number, object_pairs_hook=_once
        )
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError, binascii.Error) as error:
        raise WrongRequest([Fault("body", "is no JSON that can be read")]) from error
    if not isinstance(found, dict):
        raise WrongRequest([Fault("body", "must be an object")])
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _number(text: str) -> float:
    """Read ``3.0`` as JSON Schema does: it is a whole number."""
    found = float(text)
    return int(found) if found.is_integer() else found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name is given twice")
    return dict(pairs)


class Reading:
    """Reads fields; what is wrong comes together in ``faults``."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self.faults: list[Fault] = []

    def known(self, *names: str) -> None:
        """Refuse all fields but *names*."""
        self._only(self._body, names, "body")

    def owner(self) -> str | None:
        """Read the owner, if one is named."""
        found = self._body.get("owner")
        if found is not None and not is_owner(found):
            self._wrong("body.owner", "can be no owner's name")
            return None
        return found

    def files(self, owner: str, max_bytes: int) -> list[File]:
        """Read the files; each has a name that fits below *owner*."""
        found = self._list("files", MOST_FILES)
        files = [self.file(each, owner, max_bytes, f"body.files[{at}]") for at, each in found]
        if _repeat(file.name for file in files):
            self._wrong("body.files", "names a file twice")
        return files

    def file(self, found: Any, owner: str, max_bytes: int, where: str) -> File:
        """Read a file, which stands at *where*."""
        if not isinstance(found, Mapping):
            self._wrong(where, "must be an object with name, bytes and content_type")
            return File("", 0, "")
        if where != "body":
            self._only(found, ("name", "bytes", "content_type"), where)
        name, size = found.get("name"), found.get("bytes")
        if fault := fault_of(name, owner):
            self._wrong(f"{where}.name", fault)
        if fault := fault_of_number(size, 0, max_bytes):
            self._wrong(f"{where}.bytes", fault, f"0 to {max_bytes}")
        declared = found.get("content_type")
        if not isinstance(declared, str) or not CONTENT_TYPE.fullmatch(declared):
            self._wrong(f"{where}.content_type", "must be a content type", "image/jpeg")
        name = name if isinstance(name, str) else ""
        return File(name, size if isinstance(size, int) else 0, str(declared))

    def upload_id(self) -> str:
        """Read the id of an upload in parts."""
        found = self._body.get("upload_id")
        if not is_upload_id(found):
            self._wrong("body.upload_id", "must be what beginning the upload answered")
        return str(found)

    def part_numbers(self) -> list[int]:
        """Read which parts are about to be uploaded."""
        found = self._list("part_numbers", MOST_PARTS_AT_ONCE)
        for at, number in found:
            if fault := fault_of_number(number, 1, MOST_PARTS):
                self._wrong(f"body.part_numbers[{at}]", fault, f"1 to {MOST_PARTS}")
        return [number for _, number in found]

    def parts(self) -> list[dict[str, Any]]:
        """Read all parts of an upload as S3 wants them: in order, none twice."""
        parts = []
        for at, part in self._list("parts", MOST_PARTS):
            if not isinstance(part, Mapping):
                part = {}
            self._only(part, ("part_number", "etag"), f"body.parts[{at}]")
            number, etag = part.get("part_number"), part.get("etag")
            if fault := fault_of_number(number, 1, MOST_PARTS):
                self._wrong(f"body.parts[{at}].part_number", fault, f"1 to {MOST_PARTS}")
                number = 0
            if not isinstance(etag, str) or not ETAG.fullmatch(etag):
                self._wrong(f"body.parts[{at}].etag", "must be the ETag that S3 answered")
            parts.append({"PartNumber": number, "ETag": etag})
        parts.sort(key=lambda part: part["PartNumber"])
        if _repeat(part["PartNumber"] for part in parts):
            self._wrong("body.parts", "names a part twice")
        return parts

    def check(self) -> None:
        """Let the request fail if anything was wrong.

        Raises:
            WrongRequest: with every bad field.
        """
        if self.faults:
            raise WrongRequest(self.faults[:MOST_FILES])

    def _list(self, name: str, most: int) -> list[tuple[int, Any]]:
        found = self._body.get(name)
        if not isinstance(found, list):
            self._wrong(f"body.{name}", "must be a list", f"1 to {most} of them")
            return []
        if not 1 <= len(found) <= most:
            self._wrong(f"body.{name}", f"has {len(found):,} entries", f"1 to {most} of them")
            return []
        return list(enumerate(found))

    def _only(self, found: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
        for name in found.keys() - set(names):
            self._wrong(f"{where}.{name}"[:100], "is unknown", *names)

    def _wrong(self, where: str, what: str, *allowed: str) -> None:
        self.faults.append(Fault(where, what, allowed))


def is_upload_id(value: object) -> bool:
    """Tell whether S3 may have given this id."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_UPLOAD_ID:
        return False
    return value.isascii() and value.isprintable()


def part_bytes_of(size: int) -> int:
    """Return how large parts must be so that there are not too many."""
    return max(SMALLEST_PART, -(-size // MOST_PARTS))


def _repeat(values: Iterable[str | int]) -> bool:
    """Tell whether a value comes twice; what could not be read is empty or 0."""
    read = [value for value in values if value]
    return len(set(read)) < len(read)
