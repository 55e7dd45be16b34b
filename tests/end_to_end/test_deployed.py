"""The app as it is deployed: what goes in, what comes of it, and what the tests may not do."""

import os

import pytest

from tests.end_to_end.conftest import Deployed, refusal, wait_until
from tests.pictures import any_picture, bomb, decoded, exif

# The longest key there is has 1,024 bytes; the folder's name takes 24 of them.
AWKWARD_NAMES = [
    "a b+é%.jpg",
    "日本.png",
    "%2B",
    "line\nbreak.jpg",
    "é" * 499,
    "a//b",
    ".",
    "#?&=;:@$,",
]


def test_a_picture_gets_thumbnails_and_metadata(deployed: Deployed) -> None:
    picture = any_picture(1600, 1200, exif=exif(Orientation=8, Model="Box"))

    deployed.wait_for("cat.jpg", deployed.put("cat.jpg", picture))

    metadata = deployed.facet("cat.jpg", "METADATA")
    assert metadata["state"] == "READY"
    assert (metadata["width"], metadata["height"]) == (1200, 1600)
    assert metadata["camera_model"] == "Box"
    assert metadata["owner"] == deployed.folder
    thumbnails = deployed.thumbnails("cat.jpg")
    assert thumbnails
    for variant, stored in deployed.facet("cat.jpg", "THUMBNAILS")["variants"].items():
        image = decoded(thumbnails[variant])
        assert image.size == (stored["width"], stored["height"])
        assert image.height > image.width


def test_an_overwritten_picture_leaves_nothing_of_its_former_self(deployed: Deployed) -> None:
    deployed.wait_for("cat.jpg", deployed.put("cat.jpg", any_picture(200, 100)))
    former = deployed.facet("cat.jpg", "THUMBNAILS")["variants"]

    deployed.wait_for("cat.jpg", deployed.put("cat.jpg", any_picture(100, 200)))

    assert {decoded(each).size for each in deployed.thumbnails("cat.jpg").values()} >= {(100, 200)}
    wait_until_missing(deployed, [variant["key"] for variant in former.values()])


def test_a_deleted_picture_leaves_no_pixel_behind(deployed: Deployed) -> None:
    deployed.wait_for("cat.jpg", deployed.put("cat.jpg"))
    former = deployed.facet("cat.jpg", "THUMBNAILS")["variants"]

    deployed.delete("cat.jpg")

    deployed.wait_until_gone("cat.jpg")
    assert deployed.thumbnails("cat.jpg") == {}
    wait_until_missing(deployed, [variant["key"] for variant in former.values()])


def wait_until_missing(deployed: Deployed, keys: list[str]) -> None:
    assert keys

    def missing(key: str) -> bool:
        bucket = os.environ["THUMBNAILS_BUCKET"]
        found = deployed.s3.list_objects_v2(Bucket=bucket, Prefix=key)
        return bool(found["KeyCount"] == 0)

    wait_until(lambda: all(map(missing, keys)), lambda: f"still there: {keys}")
    assert refusal(lambda: deployed.thumbnail(keys[0])) == "NoSuchKey"


def test_awkward_keys_go_the_whole_way(deployed: Deployed) -> None:
    versions = {name: deployed.put(name) for name in AWKWARD_NAMES}

    for name, version in versions.items():
        deployed.wait_for(name, version)
        assert deployed.thumbnails(name)


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("folder/", b"", "FOLDER_MARKER"),
        ("empty.jpg", b"", "EMPTY"),
        ("text.jpg", b"no pixels", "NOT_AN_IMAGE"),
        ("bomb.png", bomb(60_000), "TOO_MANY_PIXELS"),
    ],
)
def test_what_is_no_picture_is_refused(
    deployed: Deployed, name: str, body: bytes, reason: str
) -> None:
    deployed.wait_for(name, deployed.put(name, body))

    for facet in ("METADATA", "THUMBNAILS"):
        found = deployed.facet(name, facet)
        assert (found["state"], found["reason"]) == ("REJECTED", reason)


def test_the_report_counts_what_is_there(deployed: Deployed) -> None:
    deployed.put("one.jpg")
    deployed.put("two.jpg", b"no pixels")
    deployed.put("three.jpg")
    deployed.put("three.jpg", any_picture(100, 80))
    deployed.delete("one.jpg")

    size = len(b"no pixels") + len(any_picture(100, 80))
    expected = {"objects": 2, "bytes": size, "rejected": 1}
    wait_until(lambda: deployed.counted() == expected, lambda: f"{deployed.counted()}: {expected}")


def test_the_tests_may_not_touch_the_pictures_of_others(deployed: Deployed) -> None:
    bucket, key = os.environ["ORIGINALS_BUCKET"], "alice/cat.jpg"
    thumbnails = os.environ["THUMBNAILS_BUCKET"]
    s3, catalog = deployed.s3, deployed.dynamodb.Table(os.environ["CATALOG_TABLE"])
    item = {"pk": deployed.key("cat.jpg"), "sk": "METADATA"}

    for forbidden in (
        lambda: s3.put_object(Bucket=bucket, Key=key, Body=any_picture()),
        lambda: s3.delete_object(Bucket=bucket, Key=key),
        lambda: s3.list_objects_v2(Bucket=bucket),
        lambda: s3.put_object(Bucket=thumbnails, Key=key, Body=any_picture()),
    ):
        assert refusal(forbidden) == "AccessDenied"
    assert refusal(lambda: catalog.put_item(Item=item)) == "AccessDeniedException"
    assert refusal(catalog.scan) == "AccessDeniedException"
