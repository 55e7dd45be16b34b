"""Every way in which a picture comes, changes and goes, through the deployed app."""

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3

from tests.flow.conftest import App
from tests.pictures import any_picture, bomb, decoded, exif

AWKWARD_KEYS = [
    "awkward/a b+é%.jpg",
    "awkward/日本.png",
    "awkward/%2B",
    "awkward/line\nbreak.jpg",
    "awkward/" + "é" * 508,  # 1,024 bytes, the longest there is
    "awkward/a//b",
    "awkward/.",
    "awkward/#?&=;:@$,",
    "awkward no folder",
]


def put(app: App, key: str) -> str:
    return app.put(key)


def multipart(app: App, key: str) -> str:
    s3, where = app.client("s3"), {"Bucket": app.originals, "Key": key}
    upload = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
    # Every part but the last has at least 5 MiB: a picture may be followed by anything.
    parts = [any_picture() + bytes(5 * 1024 * 1024), bytes(10)]
    etags = [
        s3.upload_part(**upload, PartNumber=number, Body=part)["ETag"]
        for number, part in enumerate(parts, 1)
    ]
    done = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
    answer = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": done})
    return str(answer["VersionId"])


def presigned_post(app: App, key: str) -> str:
    post = app.client("s3").generate_presigned_post(app.originals, key)
    pool = urllib3.PoolManager(ca_certs=app.cloud.environment()["AWS_CA_BUNDLE"])
    fields = {**post["fields"], "file": ("photo.jpg", any_picture(), "image/jpeg")}
    answer = pool.request("POST", post["url"], fields=fields)
    pool.clear()
    assert answer.status in (200, 201, 204), answer.data
    return _current_version(app, key)


def copy(app: App, key: str) -> str:
    app.put("uploads/source.jpg")
    source = {"Bucket": app.originals, "Key": "uploads/source.jpg"}
    answer = app.client("s3").copy_object(Bucket=app.originals, Key=key, CopySource=source)
    return str(answer["VersionId"])


def _current_version(app: App, key: str) -> str:
    return str(app.client("s3").head_object(Bucket=app.originals, Key=key)["VersionId"])


@pytest.mark.parametrize("upload", [put, multipart, presigned_post, copy])
def test_a_picture_may_come_in_any_way(app: App, upload: Any) -> None:
    key = f"uploads/{upload.__name__}.jpg"

    version = upload(app, key)

    app.wait_for_version(key, version)
    assert app.facet(key, "METADATA")["format"] == "JPEG"
    sizes = {decoded(thumbnail).size for thumbnail in app.thumbnails_of(key).values()}
    assert sizes == {(40, 30)}


def test_thumbnails_have_their_sizes_and_are_upright_and_may_be_cached_for_ever(app: App) -> None:
    key = "alice/2026/upright.jpg"
    version = app.put(key, any_picture(1600, 1200, exif=exif(Orientation=6)))

    app.wait_for_version(key, version)

    sizes = {name: decoded(content).size for name, content in app.thumbnails_of(key).items()}
    assert sizes == {"small": (96, 128), "medium": (384, 512), "large": (768, 1024)}
    small = app.facet(key, "THUMBNAILS")["variants"]["small"]["key"]
    head = app.client("s3").head_object(Bucket=app.outputs["ThumbnailsBucket"], Key=small)
    assert "immutable" in head["CacheControl"]
    assert head["ContentType"] == "image/jpeg"


def test_metadata_say_what_the_picture_is(app: App) -> None:
    key = "alice/2026/told.jpg"
    block = exif(Make="Maker", Model="Box", DateTimeOriginal="2026:02:03 04:05:06", Orientation=8)
    version = app.put(key, any_picture(exif=block))

    app.wait_for_version(key, version)

    facet = app.facet(key, "METADATA")
    assert facet["state"] == "READY"
    assert facet["owner"] == "alice"
    assert (facet["width"], facet["height"]) == (30, 40)
    assert facet["camera_model"] == "Box"
    assert facet["taken_at"] == "2026-02-03T04:05:06"
    assert facet["bytes"] == len(any_picture(exif=block))
    assert len(facet["sha256"]) == 64


def test_an_overwritten_picture_leaves_nothing_of_its_former_self(app: App) -> None:
    key = "uploads/overwritten.jpg"
    app.wait_for_version(key, app.put(key, any_picture(200, 100)))

    app.wait_for_version(key, app.put(key, any_picture(100, 200)))

    assert decoded(app.thumbnails_of(key)["large"]).size == (100, 200)
    app.wait_until_quiet()


def test_a_deleted_picture_leaves_no_pixel_behind_and_comes_back_with_its_marker_removed(
    app: App,
) -> None:
    key = "uploads/deleted.jpg"
    version = app.put(key)
    app.wait_for_version(key, version)

    marker = app.delete(key)
    app.wait_until_gone(key)
    app.wait_until_quiet()
    assert app.thumbnails_of(key) == {}

    app.delete(key, version=marker)
    app.wait_for_version(key, version)
    assert len(app.thumbnails_of(key)) == 3


def test_deleting_an_old_version_changes_nothing_and_deleting_the_current_one_brings_it_up(
    app: App,
) -> None:
    key = "uploads/versions.jpg"
    oldest, middle, newest = (app.put(key, any_picture(width=40 + n)) for n in range(3))
    app.wait_for_version(key, newest)

    app.delete(key, version=middle)
    app.wait_until_quiet()
    app.wait_for_version(key, newest)

    app.delete(key, version=newest)
    app.wait_for_version(key, oldest)


def test_awkward_keys_go_the_whole_way_and_back(app: App) -> None:
    versions = {key: app.put(key) for key in AWKWARD_KEYS}
    for key, version in versions.items():
        app.wait_for_version(key, version)
        assert len(app.thumbnails_of(key)) == 3
    app.wait_until_quiet()

    for key in AWKWARD_KEYS:
        app.delete(key)
    for key in AWKWARD_KEYS:
        app.wait_until_gone(key)
    app.wait_until_quiet()


def test_keys_that_differ_only_in_their_extension_do_not_collide(app: App) -> None:
    keys = {"uploads/twin.jpg": any_picture(50, 20), "uploads/twin.png": any_picture(20, 50, "PNG")}
    for key, body in keys.items():
        app.put(key, body)
    app.wait_until_quiet()

    assert decoded(app.thumbnails_of("uploads/twin.jpg")["small"]).size == (50, 20)
    assert decoded(app.thumbnails_of("uploads/twin.png")["small"]).size == (20, 50)


@pytest.mark.parametrize(
    ("key", "body", "reason"),
    [
        ("refused/folder/", b"", "FOLDER_MARKER"),
        ("refused/empty.jpg", b"", "EMPTY"),
        ("refused/text.jpg", b"no pixels", "NOT_AN_IMAGE"),
        ("refused/bomb.png", bomb(60_000), "TOO_MANY_PIXELS"),
    ],
)
def test_what_is_no_picture_is_refused_and_its_message_acknowledged(
    app: App, key: str, body: bytes, reason: str
) -> None:
    version = app.put(key, body)

    app.wait_for_version(key, version)

    assert app.facet(key, "METADATA")["reason"] == reason
    assert app.facet(key, "THUMBNAILS")["reason"] == reason
    app.wait_until_quiet()
    assert app.inspector.dead_letters() == {}


def test_the_report_adds_up_to_the_bucket_after_all_of_this(app: App) -> None:
    app.put("adding/one.jpg")
    app.put("adding/two.jpg", b"no pixels")
    app.delete("adding/one.jpg")
    app.put("adding/three.jpg")

    report = app.wait_until_quiet().report

    picture, text = len(any_picture()), len(b"no pixels")
    assert report["OWNER", "adding"] == {
        "objects": 2,
        "bytes": picture + text,
        "rejected": 1,
        "objects READY JPEG": 1,
        "bytes READY JPEG": picture,
        "objects REJECTED NOT_AN_IMAGE": 1,
        "bytes REJECTED NOT_AN_IMAGE": text,
        "thumbnails_bytes": sum(map(len, app.thumbnails_of("adding/three.jpg").values())),
    }


def test_a_hundred_uploads_at_once_lose_nothing(app: App) -> None:
    keys = [f"storm/{number}.jpg" for number in range(100)]
    for key in keys:
        app.put(key)

    findings = app.wait_until_quiet()

    assert {findings.facet(key, "THUMBNAILS")["state"] for key in keys} == {"READY"}
    assert findings.report["OWNER", "storm"]["objects"] == 100


def test_many_changes_of_few_keys_at_once_end_in_agreement(app: App) -> None:
    dice = random.Random(20261121)  # noqa: S311 - a schedule, not a secret
    keys = [f"turmoil/{number}.jpg" for number in range(4)]
    changes = [(dice.choice(keys), dice.choice(["put", "put", "delete"])) for _ in range(120)]

    def change(what: tuple[str, str]) -> None:
        key, kind = what
        if kind == "put":
            app.put(key, any_picture(40 + len(key), 30))
        else:
            app.delete(key)

    app.client("s3")  # made once, before the threads share it
    # Whoever loses a race too often leaves it to the message's next delivery.
    with app.quick_retries("MakeThumbnails", 60), app.quick_retries("IndexMetadata", 60):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(change, changes))
        app.wait_until_quiet()
    assert app.inspector.dead_letters() == {}
