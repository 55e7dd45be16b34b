"""Routes of uploads: forms and parts that go to the bucket itself, never through Lambda."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from darkroom.convergence import timestamp
from functions.query_catalog.bodies import File, Reading, is_upload_id, part_bytes_of
from functions.query_catalog.identifiers import id_of
from functions.query_catalog.parameters import Unreadable, only
from functions.query_catalog.problems import Fault, WrongRequest
from functions.query_catalog.requests import body, caller, own_key, query, reading
from functions.query_catalog.resources import bucket, settings

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]
OF_A_FILE = ("name", "bytes", "content_type", "owner")


@router.post("/uploads", compress=True)
def uploads() -> dict[str, Any]:
    """Answer with a form for each file."""
    only(query(router))
    read = reading(router)
    read.known("files", "owner")
    owner = _owner(read)
    files = read.files(owner, settings().max_bytes)
    read.check()
    expires_at = datetime.now(UTC) + timedelta(seconds=settings().url_seconds)
    return {"uploads": [_form(owner, file, timestamp(expires_at)) for file in files]}


def _owner(read: Reading) -> str:
    asked = read.owner()
    if read.faults:
        read.check()
    return caller(router).owner_asked_for(asked, "body.owner")


def _form(owner: str, file: File, expires_at: str) -> dict[str, Any]:
    key = f"{owner}/{file.name}"
    post = bucket().post(key, file.bytes, file.content_type)
    return {
        "key": key,
        "id": id_of(key),
        "url": post["url"],
        "fields": post["fields"],
        "expires_at": expires_at,
    }


@router.post("/multipart-uploads")
def begin() -> tuple[dict[str, Any], int]:
    """Begin an upload in parts."""
    only(query(router))
    found = body(router)
    read = Reading(found)
    read.known(*OF_A_FILE)
    owner = _owner(read)
    file = read.file(found, owner, settings().max_bytes, "body")
    read.check()
    key = f"{owner}/{file.name}"
    part_bytes = part_bytes_of(file.bytes)
    return {
        "key": key,
        "id": id_of(key),
        "upload_id": bucket().begin(key, file.content_type),
        "part_bytes": part_bytes,
        "parts": max(1, -(-file.bytes // part_bytes)),
    }, 201


@router.post("/multipart-uploads/<id_>/parts", compress=True)
def parts(id_: str) -> dict[str, Any]:
    """Answer with where each part goes."""
    only(query(router))
    key = own_key(router, id_)
    read = reading(router)
    read.known("upload_id", "part_numbers")
    upload_id, numbers = read.upload_id(), read.part_numbers()
    read.check()
    return {"urls": bucket().part_urls(key, upload_id, numbers)}


@router.post("/multipart-uploads/<id_>/complete")
def complete(id_: str) -> dict[str, Any]:
    """Make an object of the parts."""
    only(query(router))
    key = own_key(router, id_)
    read = reading(router)
    read.known("upload_id", "parts")
    upload_id, stored = read.upload_id(), read.parts()
    read.check()
    version = bucket().complete(key, upload_id, stored, settings().max_bytes)
    return {"key": key, "id": id_of(key), "version_id": version}


@router.delete("/multipart-uploads/<id_>")
def abort(id_: str) -> Response[str]:
    """Give an upload in parts up."""
    asked = only(query(router), upload_id=_upload_id)
    key = own_key(router, id_)
    if "upload_id" not in asked:
        raise WrongRequest([Fault("query.upload_id", "is missing")])
    bucket().abort(key, asked["upload_id"])
    return Response(204, body="")


def _upload_id(value: str) -> str:
    if not is_upload_id(value):
        raise Unreadable("must be what beginning the upload answered")
    return value
