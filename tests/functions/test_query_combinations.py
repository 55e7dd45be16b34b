"""Every combination of parameters finds what it asks for, by queries alone, page by page."""

from collections.abc import Iterator
from typing import Any

import pytest

from darkroom.aws import table
from functions.query_catalog import pages, resources
from tests.functions.conftest import a_world
from tests.functions.querying import ADMIN, PROGRAM, Api, path_of
from tests.functions.test_query_pictures import keys, photo
from tests.pictures import any_picture


@pytest.fixture(scope="module")
def shelf() -> Iterator[Api]:
    """Three of alice's pictures and one of bob's."""
    with a_world() as world:
        yield filled(Api(world))


def filled(api: Api) -> Api:
    """Upload them, and let them have come on days that a test can name."""
    api.upload("alice/old.jpg", photo(Model="R5", DateTimeOriginal="2020:01:02 03:04:05"))
    api.upload("alice/mid.png", any_picture(width=60, format="PNG"))
    api.upload("alice/new.jpg", photo(width=80, Model="R6", DateTimeOriginal="2021:01:02 03:04:05"))
    api.upload("bob/b.jpg", any_picture())
    for number, name in enumerate(("old.jpg", "mid.png", "new.jpg"), 1):
        uploaded_at = f"2026-01-0{number}T00:00:00.000Z"
        for facet in ("METADATA", "THUMBNAILS"):
            api.world.catalog.update_item(
                Key={"pk": f"alice/{name}", "sk": facet},
                UpdateExpression="SET uploaded_at = :at",
                ExpressionAttributeValues={":at": uploaded_at},
            )
    return api


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "new mid old"),
        ({"sort": "uploaded"}, "old mid new"),
        ({"sort": "-taken"}, "new old"),
        ({"sort": "taken"}, "old new"),
        ({"uploaded_from": "2026-01-02"}, "new mid"),
        ({"uploaded_to": "2026-01-02"}, "old"),
        ({"uploaded_from": "2026-01-01", "uploaded_to": "2026-01-03T00:00:00Z"}, "mid old"),
        ({"uploaded_from": "2026-01-02T01:00:00+01:00"}, "new mid"),
        ({"taken_from": "2020-01-02", "taken_to": "2020-01-03"}, "old"),
        ({"taken_from": "2020-01-02T03:04:05"}, "new old"),
        ({"taken_from": "2020-01-02T03:04:06"}, "new"),
        ({"taken_from": "2020-01-02T03:04:05.5"}, "new"),
        ({"taken_to": "2020-01-02T03:04:05"}, ""),
        ({"taken_to": "2020-01-02T03:04:05.5"}, "old"),
        ({"taken_from": "2019-01-01", "camera": "R6"}, "new"),
        ({"format": "PNG"}, "mid"),
        ({"format": "JPEG", "camera": "R5"}, "old"),
        ({"camera": "R5", "min_width": 50}, ""),
        ({"min_width": 60}, "new mid"),
        ({"min_height": 31}, ""),
        ({"min_bytes": 1, "max_bytes": 10**9}, "new mid old"),
        ({"max_bytes": 1}, ""),
        ({"state": "READY", "format": "JPEG"}, "new old"),
        ({"state": "REJECTED"}, ""),
        ({"owner": "alice", "format": "GIF"}, ""),
    ],
)
def test_each_combination_finds_what_it_asks_for(
    shelf: Api, asked: dict[str, Any], found: str
) -> None:
    names = [key.removeprefix("alice/")[:3] for key in keys(shelf.get("/images", **asked))]
    assert names == found.split()


def test_no_request_scans_a_table(shelf: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    shelf.get("/images")
    table(resources.settings().catalog_table).meta.client.meta.events.register(
        "before-call.dynamodb.*", lambda model, **_: called.append(model.name)
    )
    for asked in ({}, {"camera": "R5"}, {"min_width": 1}, {"state": "REJECTED"}, {"sort": "taken"}):
        shelf.get("/images", **asked)
    shelf.get(path_of("alice/old.jpg", "similar"))
    assert set(called) == {"Query", "BatchGetItem"}


@pytest.mark.parametrize(
    "asked", [{}, {"format": "JPEG"}, {"sort": "taken"}, {"min_width": 1}, {"state": "READY"}]
)
def test_pages_come_one_after_another_and_miss_nothing(shelf: Api, asked: dict[str, Any]) -> None:
    whole = keys(shelf.get("/images", **asked))
    found: list[Any] = []
    more: dict[str, str] = {}
    for _ in range(len(whole) + 1):
        answer = shelf.get("/images", **asked, limit=1, **more)
        found += keys(answer)
        if answer.body["cursor"] is None:
            break
        more = {"cursor": answer.body["cursor"]}
    assert found == whole


def test_a_page_reads_no_more_than_it_may(shelf: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_SCANNED", 2)
    monkeypatch.setattr(pages, "STEP", 1)
    first = shelf.get("/images", max_bytes=1)
    assert (keys(first), first.body["scanned"]) == ([], 2)
    second = shelf.get("/images", max_bytes=1, cursor=first.body["cursor"])
    assert (second.body["scanned"], second.body["cursor"]) == (1, None)


def test_what_is_large_is_compressed_for_who_takes_it(shelf: Api) -> None:
    answer = shelf.call("GET", "/images", headers={"accept-encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.body["images"]) == 3


@pytest.mark.parametrize("refused", ["gzip;q=0", "br, gzip; q=0.0, identity"])
def test_who_refuses_gzip_gets_none(shelf: Api, refused: str) -> None:
    for query in ("", "limit=0"):
        answer = shelf.call("GET", "/images", query=query, headers={"accept-encoding": refused})
        assert "Content-Encoding" not in answer.headers


def test_admins_and_programs_see_whom_they_name(shelf: Api) -> None:
    for who in (ADMIN, PROGRAM):
        assert keys(shelf.get("/images", who, owner="bob")) == ["bob/b.jpg"]
        nobody = shelf.get("/images", who)
        assert (nobody.status, bool(nobody.body["allowed"])) == (400, True)
        assert shelf.get(path_of("bob/b.jpg"), who).status == 200
