"""Pictures through the API: found by the real facets, shown as they are."""

from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from darkroom import aws
from functions.query_catalog import resources
from tests.functions.conftest import World
from tests.functions.querying import Api, path_of
from tests.pictures import any_picture, exif


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)


def photo(width: int = 40, **tags: Any) -> bytes:
    """Return a picture that a camera took."""
    return any_picture(width=width, exif=exif(**tags))


def keys(answer: Any) -> list[str]:
    assert answer.status == 200, answer.body
    return [tile["key"] for tile in answer.body["images"]]


def test_a_tile_tells_what_a_grid_shows(api: Api) -> None:
    api.upload("alice/a.jpg", photo(Make="Canon", Model="Canon EOS R5"))

    [tile] = api.get("/images").body["images"]

    told = {name: tile[name] for name in ("key", "owner", "state", "format", "camera")}
    assert told == {
        "key": "alice/a.jpg",
        "owner": "alice",
        "state": "READY",
        "format": "JPEG",
        "camera": "Canon EOS R5",
    }
    assert tile["thumbnail"]["url"].startswith("https://")
    assert "X-Amz-Expires=900" in tile["thumbnail"]["url"]
    assert tile["placeholder"]


def test_a_thumbnail_is_signed_anew_when_half_of_its_url_s_time_is_over(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.upload("alice/a.jpg", any_picture())
    signed: list[Any] = []

    def sign(*_: Any, **how: Any) -> str:
        signed.append(how)
        return "any"

    monkeypatch.setattr(resources.signer(), "generate_presigned_url", sign)
    for seconds, times in ((0, 1), (449, 1), (450, 2), (899, 2), (900, 3)):
        monkeypatch.setattr(
            "functions.query_catalog.resources.time.time", lambda s=seconds: 9e9 + s
        )
        assert keys(api.get("/images")) == ["alice/a.jpg"]
        assert len(signed) == times
    assert {how["ExpiresIn"] for how in signed} == {900}


def test_a_picture_develops_until_its_thumbnails_are_of_its_version(api: Api) -> None:
    from functions.index_metadata import handler as index_metadata

    api.upload("alice/a.jpg", any_picture())
    api.world.put("alice/a.jpg", any_picture(width=44))
    index_metadata.index_metadata("alice/a.jpg")

    [tile] = api.get("/images").body["images"]
    assert (tile["state"], tile["width"]) == ("DEVELOPING", 44)
    assert "thumbnail" not in tile
    assert keys(api.get("/images", state="DEVELOPING")) == ["alice/a.jpg"]
    assert keys(api.get("/images", state="READY")) == []
    told = api.get(path_of("alice/a.jpg")).body
    assert (told["state"], told["variants"]) == ("DEVELOPING", {})


def broken() -> bytes:
    """Return a picture whose header is fine and whose pixels are cut short."""
    whole = any_picture(width=400, height=300, quality=95)
    return whole[: len(whole) // 2]


def test_what_either_consumer_refuses_is_refused_with_its_reason_once(api: Api) -> None:
    api.upload("alice/text.jpg", b"no picture")
    api.upload("alice/cut.jpg", broken())
    api.upload("alice/fine.jpg", any_picture())

    tiles = {tile["key"]: tile for tile in api.get("/images", state="REJECTED").body["images"]}

    assert tiles.keys() == {"alice/text.jpg", "alice/cut.jpg"}
    assert tiles["alice/text.jpg"]["reason"] == "NOT_AN_IMAGE"
    assert tiles["alice/text.jpg"]["hint"] == "no picture"
    assert tiles["alice/cut.jpg"]["reason"] == "TRUNCATED"
    assert api.world.facet("alice/cut.jpg", "METADATA")["state"] == "READY"
    assert keys(api.get("/images", reason="TRUNCATED")) == ["alice/cut.jpg"]
    assert keys(api.get("/images", reason="NOT_AN_IMAGE")) == ["alice/text.jpg"]
    assert keys(api.get("/images", state="READY")) == ["alice/fine.jpg"]


def test_a_sideways_picture_has_the_size_in_which_it_is_shown(api: Api) -> None:
    api.upload("alice/a.jpg", photo(Orientation=6))
    [tile] = api.get("/images").body["images"]
    assert (tile["width"], tile["height"]) == (30, 40)


def test_an_expired_item_is_no_picture_though_dynamodb_still_has_it(api: Api) -> None:
    id_ = api.upload("alice/a.jpg", any_picture())
    for facet in ("METADATA", "THUMBNAILS"):
        api.world.catalog.update_item(
            Key={"pk": "alice/a.jpg", "sk": facet},
            UpdateExpression="SET expires_at = :past",
            ExpressionAttributeValues={":past": 1},
        )
    assert keys(api.get("/images")) == []
    assert api.get(f"/images/{id_}").body["metadata"] is None


def test_a_picture_is_told_with_all_that_is_known_of_it(api: Api) -> None:
    api.upload("alice/a b.jpg", photo(Model="R5"))
    answer = api.get(path_of("alice/a b.jpg"))
    body = answer.body
    assert (body["state"], body["metadata"]["camera_model"]) == ("READY", "R5")
    assert body["variants"].keys() == {"small", "large"}
    assert not [name for name in body["metadata"] if name.startswith("owned")]
    assert "attachment" in body["original"]["url"]
    assert [version["is_latest"] for version in body["versions"]] == [True]


def test_who_holds_the_answer_is_told_that_it_is_as_it_was(api: Api) -> None:
    api.upload("alice/a.jpg", any_picture())
    path = path_of("alice/a.jpg")
    tag = api.get(path).headers["ETag"]

    again = api.call("GET", path, headers={"if-none-match": f'"x", {tag}'})
    assert (again.status, again.body) == (304, None)

    api.upload("alice/a.jpg", any_picture(width=44))
    assert api.call("GET", path, headers={"if-none-match": tag}).status == 200


@pytest.mark.parametrize("held", ["*", ' "x", {strong}', "{strong}", "{weak},"])
def test_a_tag_is_compared_weakly_and_a_star_is_any(api: Api, held: str) -> None:
    api.upload("alice/a.jpg", any_picture())
    weak = api.get(path_of("alice/a.jpg")).headers["ETag"]
    told = held.format(weak=weak, strong=weak.removeprefix("W/"))
    answer = api.call("GET", path_of("alice/a.jpg"), headers={"if-none-match": told})
    assert answer.status == 304


def test_a_picture_just_uploaded_develops_before_any_facet_is_there(api: Api) -> None:
    api.world.put("alice/a.jpg", any_picture())
    body = api.get(path_of("alice/a.jpg"))
    assert body.status == 200
    assert (body.body["state"], body.body["metadata"]) == ("DEVELOPING", None)
    similar = api.get(path_of("alice/a.jpg", "similar"))
    assert (similar.status, similar.body) == (200, {"same_content": [], "near": []})


def test_a_picture_just_overwritten_develops_though_its_facets_still_agree(api: Api) -> None:
    api.upload("alice/a.jpg", any_picture())
    version = api.world.put("alice/a.jpg", b"no picture")
    body = api.get(path_of("alice/a.jpg")).body
    assert (body["state"], body["versions"][0]["version_id"]) == ("DEVELOPING", version)
    api.develop("alice/a.jpg")
    assert api.get(path_of("alice/a.jpg")).body["reason"] == "NOT_AN_IMAGE"


def test_a_picture_whose_last_version_is_gone_is_none_though_its_facets_remain(api: Api) -> None:
    id_ = api.upload("alice/a.jpg", any_picture())
    api.world.delete("alice/a.jpg", api.world.facet("alice/a.jpg", "METADATA")["version_id"])
    assert api.get(f"/images/{id_}").status == api.delete(f"/images/{id_}").status == 404


def test_a_picture_is_deleted_and_brought_back(api: Api) -> None:
    api.upload("alice/a.jpg", any_picture())
    path = path_of("alice/a.jpg")

    assert api.delete(path).status == 202
    api.develop("alice/a.jpg")
    gone = api.get(path)
    assert (gone.status, gone.body["deleted"], gone.body["restorable"]) == (404, True, True)
    assert keys(api.get("/images")) == []
    assert api.delete(path).status == 404

    assert api.post(f"{path}/restore").status == 202
    api.develop("alice/a.jpg")
    assert keys(api.get("/images")) == ["alice/a.jpg"]
    assert api.post(f"{path}/restore").status == 409


def test_a_picture_that_was_deleted_twice_is_brought_back(api: Api) -> None:
    first = api.upload("alice/a.jpg", any_picture())
    for _ in range(2):
        api.world.delete("alice/a.jpg")
    gone = api.get(f"/images/{first}").body
    assert (gone["restorable"], len(gone["versions"])) == (True, 3)

    assert api.post(f"/images/{first}/restore").status == 202
    assert api.get(f"/images/{first}").status == 200


def test_markers_of_one_second_hide_no_picture_that_is_brought_back(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = api.upload("alice/a.jpg", any_picture())
    api.world.delete("alice/a.jpg")
    api.upload("alice/a.jpg", any_picture())
    for _ in range(2):
        api.world.delete("alice/a.jpg")
    told = aws.s3().list_object_versions

    def by_the_second(**asked: Any) -> Any:
        found = told(**asked)
        for each in (*found["Versions"], *found["DeleteMarkers"]):
            each["LastModified"] = datetime(2026, 1, 1, tzinfo=UTC)
        return found

    monkeypatch.setattr(aws.s3(), "list_object_versions", by_the_second)
    assert api.post(f"/images/{id_}/restore").status == 202
    monkeypatch.undo()
    assert api.get(f"/images/{id_}").status == 200


@pytest.mark.parametrize("name", ["x" * 1018, "ü" * 509, "\x01" * 1018, '"' * 1018])
def test_pages_go_on_behind_a_key_as_long_as_s3_takes(api: Api, name: str) -> None:
    from functions.index_metadata import handler as index_metadata

    for key in (f"alice/{name}", "alice/next"):
        api.world.put(key, any_picture())
        index_metadata.index_metadata(key)
    for sort in ("uploaded", "-uploaded"):
        first = api.get("/images", sort=sort, limit=1)
        second = api.get("/images", sort=sort, limit=1, cursor=first.body["cursor"])
        assert {*keys(first), *keys(second)} == {f"alice/{name}", "alice/next"}


def test_deleting_what_never_was_leaves_no_marker(api: Api) -> None:
    api.world.put("alice/a.jpg.bak", any_picture())
    assert api.delete(path_of("alice/a.jpg")).status == 404
    assert "DeleteMarkers" not in api.world.s3.list_object_versions(Bucket="originals")
    assert api.post(path_of("alice/a.jpg", "restore")).status == 404


def striped(seed: int) -> bytes:
    """Return a picture whose likeness is in its rows of greys."""
    from io import BytesIO

    image = Image.new("L", (90, 80))
    image.putdata(
        [
            (x * 29 + (y // 10) * 53 + (x // 10) ** 2 * seed) % 256
            for y in range(80)
            for x in range(90)
        ]
    )
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_the_same_and_the_alike_are_found_among_ones_own_only(api: Api) -> None:
    from io import BytesIO

    picture = any_picture(width=90, height=80)
    resaved = BytesIO()
    Image.open(BytesIO(picture)).save(resaved, "PNG")
    api.upload("alice/a.jpg", picture)
    api.upload("alice/copy.jpg", picture)
    api.upload("alice/alike.png", resaved.getvalue())
    api.upload("alice/other.png", striped(7))
    api.upload("bob/copy.jpg", picture)

    body = api.get(path_of("alice/a.jpg", "similar")).body

    assert [tile["key"] for tile in body["same_content"]] == ["alice/copy.jpg"]
    near = {tile["key"]: tile["distance"] for tile in body["near"]}
    assert near.keys() == {"alice/alike.png"}
    assert near["alice/alike.png"] <= 3


def test_an_id_stands_for_any_key(api: Api) -> None:
    for key in ("alice/ü+%2F..?#.jpg", "alice/a//b", "alice/🎞.jpg"):
        api.upload(key, any_picture())
        assert api.get(path_of(key)).body["key"] == key
