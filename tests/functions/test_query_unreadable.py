"""The API leaves out what it cannot read, logs it by its key, and answers the rest."""

from typing import Any

import pytest

from tests.functions.conftest import World
from tests.functions.querying import ADMIN, Api
from tests.pictures import any_picture

WELL, BAD = "alice/well.jpg", "alice/bad.jpg"
SPOILT: list[tuple[str, dict[str, Any]]] = [
    ("METADATA", {"state": "DONE"}),
    ("METADATA", {"version_id": 5}),
    ("METADATA", {"bytes": "many"}),
    ("METADATA", {"width": {"a": 1}}),
    ("THUMBNAILS", {"variants": "oops"}),
    ("THUMBNAILS", {"variants": {"small": {"key": "x"}}}),
    ("THUMBNAILS", {"perceptual_hash": "no hash"}),
    ("THUMBNAILS", {"expires_at": "never"}),
]


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)


def spoil(api: Api, facet: str, attributes: dict[str, Any]) -> None:
    """Replace attributes of a facet as nobody of ours does."""
    item = api.world.facet(BAD, facet)
    api.world.catalog.put_item(Item={**item, **attributes})


@pytest.mark.parametrize(("facet", "attributes"), SPOILT)
def test_an_unreadable_facet_is_left_out_and_logged_and_the_rest_is_answered(
    api: Api, caplog: pytest.LogCaptureFixture, facet: str, attributes: dict[str, Any]
) -> None:
    well, bad = api.upload(WELL, any_picture()), api.upload(BAD, any_picture(width=41))
    spoil(api, facet, attributes)

    tiles = {tile["key"]: tile["state"] for tile in api.get("/images").body["images"]}
    assert tiles.pop(WELL) == "READY"
    assert set(tiles.values()) <= {"DEVELOPING"}
    for query in ({"min_bytes": 1}, {"min_width": 1}, {"state": "READY"}, {"format": "JPEG"}):
        assert WELL in [tile["key"] for tile in api.get("/images", **query).body["images"]]
    assert api.get(f"/images/{bad}").body["state"] == "DEVELOPING"
    for picture in (well, bad):
        assert api.get(f"/images/{picture}/similar").status == 200
    told = [vars(each).get("key") for each in caplog.records if each.levelname == "ERROR"]
    assert set(told) == {BAD}


def test_attributes_of_any_type_are_shown(api: Api) -> None:
    bad = api.upload(BAD, any_picture())
    spoil(api, "METADATA", {"theirs": b"\xff", "tags": {b"\x01"}, "names": {"a", "b"}})

    metadata = api.get(f"/images/{bad}").body["metadata"]
    assert (metadata["theirs"], metadata["tags"], metadata["names"]) == ("ff", ["01"], ["a", "b"])


def test_items_of_other_sort_keys_are_no_pictures(api: Api) -> None:
    api.upload(WELL, any_picture())
    theirs = {"owned_by": "alice", "uploaded_at": "2026-11-21T00:00:00.000Z", "text": "mine"}
    api.world.catalog.put_item(Item={"pk": WELL, "sk": "NOTES", **theirs})

    assert [tile["key"] for tile in api.get("/images").body["images"]] == [WELL]


def test_an_unreadable_total_is_left_out(api: Api) -> None:
    report = api.world.report
    line = {"objects": "three", "bytes": 5}
    for pk, sk in (("OWNER#2", "alice"), ("DAY#1", "2026-11-21"), ("DAY#1", "2026-11-21x")):
        report.put_item(Item={"pk": pk, "sk": sk, **line})

    usage = api.get("/owners/alice/usage").body
    assert (usage["objects"], usage["bytes"]) == (0, 5)
    days = api.get("/report", ADMIN, **{"from": "2026-11-20", "to": "2026-11-22"}).body["days"]
    assert [(day["day"], day["bytes"]) for day in days] == [("2026-11-21", 5)]
    assert api.get("/owners", ADMIN).status == 200
