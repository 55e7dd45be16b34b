"""Routes of pictures: the grid, one of them, what is like it, deleting and bringing back."""

import json
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.query_catalog.cursors import WrongCursor, decode, encode
from functions.query_catalog.identifiers import id_of
from functions.query_catalog.originals import restorable
from functions.query_catalog.pages import METADATA, THUMBNAILS
from functions.query_catalog.parameters import only, read_query
from functions.query_catalog.problems import Fault, Unknown, WrongRequest
from functions.query_catalog.questions import (
    DEFAULT_LIMIT,
    READERS,
    Question,
    faults_of,
    question_of,
)
from functions.query_catalog.requests import caller, own_key, query
from functions.query_catalog.resources import bucket, pages, settings, sign, spell
from functions.query_catalog.tiles import (
    Facet,
    described,
    live,
    signed,
    signed_variants,
    state_of,
)

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.get("/images", compress=True)
def images() -> dict[str, Any]:
    """Answer with a page of tiles."""
    faults: list[Fault] = []
    asked = read_query(query(router), READERS, faults)
    faults += faults_of(asked)
    if faults:
        raise WrongRequest(faults)
    owner = caller(router).owner_asked_for(asked.get("owner"), "query.owner")
    question = question_of(owner, asked)
    page = pages().page(question, asked.get("limit", DEFAULT_LIMIT), _after(asked, question))
    return {
        "images": [signed(each, sign()) for each in page.tiles],
        "cursor": encode(question.name, page.rest) if page.rest else None,
        "scanned": page.scanned,
    }


def _after(asked: Mapping[str, Any], question: Question) -> list[str] | None:
    if "cursor" not in asked:
        return None
    try:
        after = decode(asked["cursor"], question.name, 3)
        if not question.within(after[0]):
            raise WrongCursor("lies outside of what is asked for")
    except WrongCursor as error:
        raise WrongRequest([Fault("query.cursor", str(error))]) from error
    return after


@router.get("/images/<id_>", compress=True)
def image(id_: str) -> Response[Any]:
    """Answer with all that is known of a picture."""
    only(query(router))
    key = own_key(router, id_)
    facets, versions = _live_facets(key), _versions(key)
    tag = _tag(facets, versions)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _is_held(tag):
        return Response(304, body="", headers=headers)
    told = {"id": id_, "key": key, **_told(key, facets, versions)}
    return Response(200, "application/json", told, headers)


def _versions(key: str) -> list[dict[str, Any]]:
    """Return the versions of a picture, its current one first.

    Raises:
        Unknown: if it is deleted, or never was.
    """
    versions = bucket().versions(key)
    if not versions:
        raise Unknown("there is no such picture")
    if versions[0]["delete_marker"]:
        back = restorable(versions)
        raise Unknown("the picture is deleted", deleted=True, restorable=back, versions=versions)
    return versions


def _told(key: str, facets: Mapping[str, Facet], versions: list[dict[str, Any]]) -> dict[str, Any]:
    version = versions[0]["version_id"]
    current = {name: facet for name, facet in facets.items() if facet["version_id"] == version}
    return {
        **state_of(current.get(METADATA), current.get(THUMBNAILS)),
        **{name.lower(): described(facets.get(name)) for name in settings().facets},
        "variants": signed_variants(current.get(THUMBNAILS, {}), sign()),
        "original": {"url": bucket().url(key, version)},
        "versions": versions,
    }


def _live_facets(key: str) -> dict[str, Facet]:
    wanted = [(key, name) for name in settings().facets]
    found = pages().facets(wanted, consistent=True).get(key, {})
    return {name: facet for name, facet in found.items() if live(facet, time.time())}


def _tag(facets: Mapping[str, Facet], versions: list[dict[str, Any]]) -> str:
    """Name what is known; anew before its URLs are too old for someone who keeps the answer."""
    revs = {name: facet["rev"] for name, facet in facets.items()}
    told = json.dumps([revs, versions, spell()], sort_keys=True)
    return f'W/"{sha256(told.encode()).hexdigest()[:24]}"'


def _is_held(tag: str) -> bool:
    """Tell whether the caller holds what *tag* names; weak and strong tags are the same here."""
    held = router.current_event.headers.get("if-none-match", "").split(",")
    tags = {each.strip().removeprefix("W/") for each in held}
    return bool(tags & {"*", tag.removeprefix("W/")})


@router.get("/images/<id_>/similar", compress=True)
def similar(id_: str) -> dict[str, Any]:
    """Answer with the owner's pictures that are the same, and those that look alike."""
    only(query(router))
    key = own_key(router, id_)
    facets = _live_facets(key)
    if not facets:
        _versions(key)
    metadata, thumbnails = facets.get(METADATA), facets.get(THUMBNAILS)
    same = pages().same_content(key, metadata) if metadata else []
    found = {tile["key"] for tile in same}
    near = pages().near(key, thumbnails) if thumbnails else []
    bits = {other: distance for distance, other in near if other not in found}
    return {
        "same_content": [signed(each, sign()) for each in same],
        "near": [
            {**signed(each, sign()), "distance": bits[each["key"]]}
            for each in pages().tiles(list(bits))
        ],
    }


@router.delete("/images/<id_>")
def delete(id_: str) -> tuple[dict[str, Any], int]:
    """Put a delete marker upon a picture."""
    only(query(router))
    key = own_key(router, id_)
    return {"id": id_of(key), "key": key, "delete_marker": bucket().delete(key)}, 202


@router.post("/images/<id_>/restore")
def restore(id_: str) -> tuple[dict[str, Any], int]:
    """Take the delete marker away again."""
    only(query(router))
    key = own_key(router, id_)
    bucket().restore(key)
    return {"id": id_of(key), "key": key}, 202
